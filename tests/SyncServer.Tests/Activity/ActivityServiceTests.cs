using Google.Protobuf.WellKnownTypes;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Activity;

/// <summary>The audit trail as an owner reads it.</summary>
public sealed class ActivityServiceTests
{
    [Fact]
    public async Task The_trail_is_found_by_entity_user_job_and_time()
    {
        await using var office = await Office.OpenAsync();
        var job = office.Own.Job;
        await office.Worker.CallAsync<ChangeJobStatusResponse>(new ChangeJobStatusRequest { JobId = job, Status = JobStatus.InProgress });
        await office.Worker.CallAsync<MarkPurchasedResponse>(new MarkPurchasedRequest { MaterialId = office.Own.Material });
        await office.Owner.CallAsync<ArchiveCustomerResponse>(new ArchiveCustomerRequest { CustomerId = office.Own.Customer });

        var ofJob = await ListAsync(office, new() { JobId = job });
        Assert.Equal(
            ["material/update", "job/update", "job_assignment/create", "material/create", "job/create"],
            ofJob.Select(entry => $"{entry.EntityType}/{entry.Action}"));
        Assert.Equal("NOT_STARTED", ofJob[1].Details.Fields["status"].StructValue.Fields["old"].StringValue);
        Assert.Equal(["update", "create"], (await ListAsync(office, new() { EntityType = "job", EntityId = job })).Select(entry => entry.Action));
        Assert.Empty(await ListAsync(office, new() { EntityType = "customer", EntityId = job }));
        Assert.Equal(["material", "job"], (await ListAsync(office, new() { UserId = office.Worker.UserId })).Select(entry => entry.EntityType).Take(2));
        Assert.Equal(["customer"], (await ListAsync(office, new() { UserId = RunningServer.OwnerId, EntityType = "customer" })).Select(entry => entry.EntityType));

        // From the very time of an entry on it is in, up to it is it not.
        var change = ofJob[1].CreatedAt;
        Assert.Equal(ofJob.Take(2), await ListAsync(office, new() { JobId = job, StartTime = change }));
        Assert.Equal(ofJob.Skip(2), await ListAsync(office, new() { JobId = job, EndTime = change }));
    }

    [Fact]
    public async Task A_filter_that_makes_no_sense_is_refused_by_field()
    {
        await using var office = await Office.OpenAsync();
        var now = new Timestamp { Seconds = 1_700_000_000 };
        await office.Owner.FailFieldsAsync(new ListActivityRequest { EntityId = office.Own.Job }, "entity_type");
        await office.Owner.FailFieldsAsync(new ListActivityRequest { EntityType = new string('x', 51) }, "entity_type");
        await office.Owner.FailFieldsAsync(new ListActivityRequest { EntityType = "a\0" }, "entity_type");
        await office.Owner.FailFieldsAsync(new ListActivityRequest { StartTime = now, EndTime = now }, "end_time");
        await office.Owner.FailFieldsAsync(new ListActivityRequest { StartTime = new() { Seconds = long.MaxValue } }, "start_time");
        await office.Owner.FailFieldsAsync(new ListActivityRequest { EndTime = new() { Nanos = -1 } }, "end_time");
    }

    [Fact]
    public async Task The_trail_is_paged_over_months_while_it_grows()
    {
        await using var office = await Office.OpenAsync();
        await office.Server.RunAsync(
            $"""
            INSERT INTO activity_logs (entity_type, entity_id, action, user_id, created_at)
            SELECT 'thing', gen_random_uuid(), 'n' || i, '{RunningServer.OwnerId}', date_trunc('month', now()) + (i / 2 - 3) * interval '10 days'
            FROM generate_series(1, 12) i
            """);

        var entries = await Office.PageAsync<ListActivityResponse, ActivityLog>(
            office.Owner,
            new ListActivityRequest { EntityType = "thing", PageSize = 5 },
            page => page.ActivityLogs,
            page => office.Server.RunAsync(
                $"INSERT INTO activity_logs (entity_type, entity_id, action, user_id, created_at) VALUES ('thing', gen_random_uuid(), 'new', '{RunningServer.OwnerId}', now() + interval '90 days')"));

        Assert.Equal(12, entries.Select(entry => entry.Action).Distinct().Count());
        Assert.Equal(12, entries.Count);
        Assert.Equal(entries.OrderByDescending(entry => entry.CreatedAt.ToDateTime()).Select(entry => entry.CreatedAt), entries.Select(entry => entry.CreatedAt));
    }

    private static async Task<IReadOnlyList<ActivityLog>> ListAsync(Office office, ListActivityRequest request) =>
        (await office.Owner.CallAsync<ListActivityResponse>(request)).ActivityLogs;
}
