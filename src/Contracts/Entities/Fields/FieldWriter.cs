namespace KhsCrm.Contracts.Entities.Fields;

/// <summary>Who sets a field.</summary>
public enum FieldWriter
{
    /// <summary>A client, in a create and in an update.</summary>
    Client,

    /// <summary>A client, in a create only.</summary>
    ClientOnCreate,

    /// <summary>The service, whatever a client sent, at every write.</summary>
    Service,

    /// <summary>The service, when the row is made.</summary>
    ServiceOnCreate,

    /// <summary>The database alone.</summary>
    Database,
}
