namespace KhsCrm.Storage.Sessions;

/// <summary>What a new password must be.</summary>
public static class PasswordRules
{
    /// <summary>The fewest characters.</summary>
    public const int MinLength = 8;

    /// <summary>The rule that a new password breaks, for people to read; null when it breaks none.</summary>
    public static string? FindViolation(string password) =>
        password.EnumerateRunes().Count() < MinLength || PasswordHasher.IsTooLong(password)
            ? $"must be at least {MinLength} characters and at most {PasswordHasher.MaxPasswordBytes} bytes of UTF-8"
            : null;
}
