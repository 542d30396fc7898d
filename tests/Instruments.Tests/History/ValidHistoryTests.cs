using CsCheck;
using KhsCrm.TestKit.History;
using Xunit;

namespace KhsCrm.Instruments.Tests.History;

/// <summary>The checker accepts what a service that keeps its promises does.</summary>
public sealed class ValidHistoryTests
{
    /// <summary>The steps of a history.</summary>
    internal static readonly Gen<int[]> Steps = Gen.Int[0, 10_000].Array[0, 120];

    [Fact]
    public void Valid_histories_are_accepted() => Steps.Sample(
        steps =>
        {
            var office = SimulatedOffice.Run(steps);
            office.Settle();
            var verdict = Check(office.Events, office.End(), office.Devices);
            Assert.True(verdict.IsKept, $"{verdict}");
        },
        iter: 3_000);

    internal static HistoryVerdict Check(IEnumerable<HistoryEvent> events, DatabaseState end, IEnumerable<HistoryDevice> devices)
    {
        var checker = new HistoryChecker();
        foreach (var next in events)
            checker.Observe(next);
        return checker.Finish(end, devices);
    }
}
