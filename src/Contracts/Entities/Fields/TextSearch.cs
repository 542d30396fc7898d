namespace KhsCrm.Contracts.Entities.Fields;

/// <summary>How a device finds a row by a text.</summary>
public enum TextSearch
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>By the beginnings of its words.</summary>
    Words,

    /// <summary>By the digits that stand anywhere in it, whatever is between them.</summary>
    Phone,
}
