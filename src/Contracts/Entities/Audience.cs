namespace KhsCrm.Contracts.Entities;

/// <summary>Which workers may see the rows of a kind (DESIGN §8). An owner sees every row.</summary>
public enum Audience
{
    /// <summary>None.</summary>
    Owner,

    /// <summary>All.</summary>
    Everyone,

    /// <summary>Those who are assigned to the row's job.</summary>
    Job,

    /// <summary>Those who are assigned to a job of the row's customer.</summary>
    Customer,
}
