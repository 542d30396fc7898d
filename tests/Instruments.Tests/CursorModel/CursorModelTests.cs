using System.Globalization;
using Xunit;

namespace KhsCrm.Instruments.Tests.CursorModel;

/// <summary>The rule of DESIGN §4 "Durable before shown", decided by a model (ADR 18).</summary>
public sealed class CursorModelTests
{
    private static readonly int Schedules =
        int.Parse(Environment.GetEnvironmentVariable("KHSCRM_MODEL_SCHEDULES") ?? "20000", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void With_the_rule_nothing_is_lost(bool isSynchronous) => Assert.Null(Find(new ModelRules(IsSynchronous: isSynchronous), Schedules));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Without_a_proof_a_row_is_lost(bool isSynchronous) =>
        Assert.NotNull(Find(new ModelRules(Proves: false, IsSynchronous: isSynchronous), 20_000));

    [Fact]
    public void Without_the_places_of_the_forks_a_row_is_lost() => Assert.NotNull(Find(new ModelRules(ChecksForks: false), 20_000));

    [Fact]
    public void A_pump_that_remembers_what_it_looked_at_before_a_crash_loses_a_row() =>
        Assert.NotNull(Find(new ModelRules(ForgetsLookedAt: false), 200_000));

    private static string? Find(ModelRules rules, int schedules)
    {
        string? found = null;
        Parallel.For(0, schedules, new ParallelOptions { CancellationToken = TestContext.Current.CancellationToken }, (number, loop) =>
        {
            if (ModelSchedule.Run(number, rules) is not { } broken)
                return;
            Interlocked.CompareExchange(ref found, $"schedule {number}: {broken}", null);
            loop.Stop();
        });
        return found;
    }
}
