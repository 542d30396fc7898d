namespace KhsCrm.Storage.Schema.Rows;

/// <summary>A row of <c>schema_compatibility</c>: a migration that servers may run on which do not know it.</summary>
public sealed class SchemaCompatibilityRow
{
    /// <summary>The migration.</summary>
    public required string MigrationId { get; set; }

    /// <summary>The last migration that such a server must know.</summary>
    public required string OldestServer { get; set; }
}
