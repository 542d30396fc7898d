using Google.Protobuf;
using KhsCrm.Contracts.Values;

namespace KhsCrm.Contracts.Entities.Fields;

/// <summary>A text; null is unset, which only an optional one can be.</summary>
/// <typeparam name="T">The entity's message.</typeparam>
/// <param name="name">The name in the contract.</param>
/// <param name="get">Reads it.</param>
/// <param name="set">Sets it.</param>
public sealed class TextField<T>(string name, Func<T, string?> get, Action<T, string?> set) : ValueField<T, string?>(name, get, set)
    where T : class, IMessage<T>
{
    /// <summary>The fewest characters.</summary>
    public int Min { get; init; }

    /// <summary>The most characters.</summary>
    public int Max { get; init; }

    /// <summary>Whether it has to be an e-mail address.</summary>
    public bool IsEmail { get; init; }

    /// <summary>What a new row gets; empty for nothing.</summary>
    public string Default { get; init; } = "";

    /// <summary>How a device finds the row by it.</summary>
    public TextSearch Search { get; init; }

    /// <inheritdoc/>
    public override FieldViolation? Check(T row, bool isCreate)
    {
        if (Get(row) is not { } value)
            return null;
        return IsEmail ? ValueRules.Email(Name, value, Min, Max) : ValueRules.Text(Name, value, Min, Max);
    }

    /// <inheritdoc/>
    public override void SetDefault(T row)
    {
        if (Default.Length > 0 && Get(row) is not { Length: > 0 })
            Set(row, Default);
    }
}
