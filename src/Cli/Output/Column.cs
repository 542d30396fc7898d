namespace KhsCrm.Cli.Output;

/// <summary>A column of a table.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="IsText">Whether its cells are free text, which wraps on a terminal; others are shown whole.</param>
/// <param name="IsNumber">Whether its cells are numbers, set at the right.</param>
/// <param name="IsExtra">Whether a terminal that is too narrow may go without it; the last of these goes first.</param>
internal sealed record Column(string Title, bool IsText = false, bool IsNumber = false, bool IsExtra = false);
