namespace KhsCrm.Storage.Schema;

/// <summary>The database has a schema that this version does not work with.</summary>
/// <param name="message">Why, and what to do, in a sentence.</param>
public sealed class SchemaMismatchException(string message) : Exception(message);
