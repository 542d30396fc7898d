using System.Globalization;
using KhsCrm.Storage.Sessions;
using Microsoft.Extensions.Options;
using Xunit;
using Bcrypt = BCrypt.Net.BCrypt;

namespace KhsCrm.Storage.Tests.Sessions;

public sealed class PasswordHasherTests
{
    private const int Cost = 10;

    private readonly PasswordHasher _hasher = new(Options.Create(new SignInOptions { BcryptCost = Cost }));

    /// <summary>Nobody learns from the time of an answer whether an address is known: the rounds are the same, whatever is stored.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("!")]
    [InlineData("")]
    [InlineData("a hash of another program")]
    [InlineData("$2a$04$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuabcdefghijk")]
    [InlineData("$2b$07$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuabcdefghijk")]
    [InlineData("$2y$09$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuabcdefghijk")]
    [InlineData("$2$09$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuabcdefghijk")]
    [InlineData("$2a$10$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuabcdefghijk")]
    public void Every_attempt_costs_the_rounds_of_the_configured_cost(string? stored)
    {
        Assert.Equal(1 << Cost, _hasher.ToTry(stored).Sum(Rounds));
        Assert.False(_hasher.Verify("password", stored));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    public void The_password_of_a_hash_of_any_cost_is_right_and_no_other(int cost)
    {
        var hash = Bcrypt.HashPassword("right", cost);

        Assert.True(_hasher.Verify("right", hash));
        Assert.False(_hasher.Verify("wrong", hash));
        Assert.Equal(cost < Cost, _hasher.IsOutdated(hash));
    }

    [Fact]
    public void What_bcrypt_would_cut_is_never_right()
    {
        var hash = Bcrypt.HashPassword(new string('x', 72), Cost);

        Assert.True(_hasher.Verify(new string('x', 72), hash));
        Assert.False(_hasher.Verify(new string('x', 73), hash));
    }

    private static int Rounds(string hash) => 1 << int.Parse(hash.Split('$')[2], CultureInfo.InvariantCulture);
}
