using CsCheck;
using KhsCrm.TestKit.History;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.Instruments.Tests.History;

/// <summary>The checker finds each kind of fault, put into the end of any valid history.</summary>
public sealed class BrokenHistoryTests
{
    [Fact]
    public void A_lost_write() => Finds(FindingKind.Lost, office =>
    {
        var row = office.Owner.Create(new() { Customer = new() { Id = office.Id() } }, pick: 2);
        office.Settle();
        // The database forgets it, and no device hears of that.
        var end = office.End();
        return end with { Rows = end.Rows.Where(there => there.Key != row).ToDictionary() };
    });

    [Fact]
    public void A_write_that_was_undone() => Finds(FindingKind.Lost, office =>
    {
        var row = office.Owner.Create(new() { Material = new() { Id = office.Id(), JobId = office.Job.Id } }, pick: 2);
        var before = RowFacts.Of(office.Read(row))!;
        office.Owner.Note(row, pick: 2);
        office.Settle();
        var end = office.End();
        return end with { Rows = end.Rows.ToDictionary(there => there.Key, there => there.Key == row ? before : there.Value) };
    });

    [Fact]
    public void A_doubled_create() => Finds(FindingKind.Doubled, office =>
    {
        var row = office.Owner.Create(new() { Customer = new() { Id = office.Id() } }, pick: 2);
        office.Settle();
        return office.End() with { Creates = new Dictionary<RowKey, long> { [row] = 2 } };
    });

    [Fact]
    public void A_doubled_update() => Finds(FindingKind.Doubled, office =>
    {
        office.Settle();
        return office.End() with { RepeatedNotes = new HashSet<(RowKey, string)> { (office.Customer, "twice") } };
    });

    [Fact]
    public void A_stale_read_after_an_acknowledgement() => Finds(FindingKind.StaleRead, office =>
    {
        office.Other.Sync(asks: false);
        var row = office.Owner.Create(new() { Customer = new() { Id = office.Id() } }, pick: 2);
        Remove(office.Other.Sync(asks: true), row, out var change);
        office.Other.Sync(asks: false).Changes.Add(change);
        office.Settle();
        return office.End();
    });

    [Fact]
    public void A_checkpoint_that_leaves_out_what_the_device_has_pushed() => Finds(FindingKind.StaleRead, office =>
    {
        office.Owner.Sync(asks: false);
        var row = office.Owner.Create(new() { Customer = new() { Id = office.Id() } }, pick: 2);
        Remove(office.Owner.Sync(asks: false), row, out var change);
        office.Owner.Sync(asks: false).Changes.Add(change);
        office.Settle();
        return office.End();
    });

    [Fact]
    public void A_material_without_its_job() => Finds(FindingKind.TornCheckpoint, office =>
    {
        var job = office.Owner.Create(new() { Job = new() { Id = office.Id(), CustomerId = office.Customer.Id } }, pick: 2);
        office.Owner.Create(new() { Material = new() { Id = office.Id(), JobId = job.Id } }, pick: 2);
        Remove(office.Other.Sync(asks: false), job, out var change);
        office.Other.Sync(asks: false).Changes.Add(change);
        office.Settle();
        return office.End();
    });

    [Fact]
    public void Half_of_a_transaction() => Finds(FindingKind.TornCheckpoint, office =>
    {
        office.Other.Sync(asks: false);
        office.WritePair();
        Remove(office.Other.Sync(asks: false), office.Job, out var change);
        office.Other.Sync(asks: false).Changes.Add(change);
        office.Settle();
        return office.End();
    });

    [Fact]
    public void A_row_outside_the_scope() => Finds(FindingKind.Leak, office =>
    {
        var job = office.Owner.Create(new() { Job = new() { Id = office.Id(), CustomerId = office.Customer.Id } }, pick: 2);
        var delta = office.Worker.Sync(asks: false);
        delta.Changes.Add(new Change { Entity = office.Read(office.Customer) });
        delta.Changes.Add(new Change { Entity = office.Read(job) });
        office.Settle();
        return office.End();
    });

    [Fact]
    public void A_job_that_is_kept_after_the_unassignment() => Finds(FindingKind.Leak, office =>
    {
        var job = office.Owner.Create(new() { Job = new() { Id = office.Id(), CustomerId = office.Customer.Id } }, pick: 2);
        office.Owner.Assign(office.Worker.Device.UserId, job.Id, pick: 2);
        office.Worker.Sync(asks: false);
        office.Owner.Unassign(office.Of(EntityType.JobAssignment).Single(row => office.Read(row).JobAssignment.JobId == job.Id));
        office.Worker.Sync(asks: false).Changes.Clear();
        office.Settle();
        return office.End();
    });

    [Fact]
    public void A_version_that_goes_back() => Finds(FindingKind.WentBack, office =>
    {
        office.Owner.Sync(asks: false);
        var old = office.Read(office.Customer);
        office.WritePair();
        office.Owner.Sync(asks: false);
        office.Events.Add(new Received(office.Owner.Device, new Delta { Changes = { new Change { Entity = old } } }));
        office.Settle();
        return office.End();
    });

    [Fact]
    public void A_number_that_goes_back() => Finds(FindingKind.WentBack, office =>
    {
        office.Events.Add(new ToldSeq(office.Owner.Device, 1_000_000));
        office.Events.Add(new ToldSeq(office.Owner.Device, 999_999));
        office.Settle();
        return office.End();
    });

    [Fact]
    public void A_change_that_never_arrives() => Finds(FindingKind.Unequal, office =>
    {
        office.Other.Sync(asks: false);
        var row = office.Owner.Create(new() { Customer = new() { Id = office.Id() } }, pick: 2);
        Remove(office.Other.Sync(asks: false), row, out _);
        office.Settle();
        return office.End();
    });

    // The change is kept from the device, which counts as having it: the next delta does not bring it.
    private static void Remove(Delta delta, RowKey row, out Change change)
    {
        change = delta.Changes.Single(change => RowFacts.Of(change.Entity)?.Row == row);
        delta.Changes.Remove(change);
    }

    private static void Finds(FindingKind kind, Func<SimulatedOffice, DatabaseState> breakIt) => ValidHistoryTests.Steps.Sample(
        steps =>
        {
            var office = SimulatedOffice.Run(steps);
            var end = breakIt(office);
            var verdict = ValidHistoryTests.Check(office.Events, end, office.Devices);
            Assert.Contains(verdict.Findings, finding => finding.Kind == kind);
        },
        iter: 200);
}
