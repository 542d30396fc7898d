using KhsCrm.Storage.Push.Deferral;
using KhsCrm.Storage.Tests.Deltas;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.Storage.Tests.Push.Model;

/// <summary>
/// Random operations of several devices, in groups of any size and in any order of arrival, with replays of any part, become
/// what the simple model says, and so do the tables.
/// </summary>
public sealed class WriteModelTests
{
    private const int Steps = 40;
    private static readonly DeferralOptions Options = new() { MaxRetries = 30, RetryDelay = TimeSpan.FromHours(1) };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_is_pushed_in_whatever_order_becomes_what_the_rules_say(int seed)
    {
        var random = new Random(seed);
        await using var database = await SyncedDatabase.CreateAsync();
        var model = new WriteModel();
        var operations = new RandomOperations(random, [database.Worker, database.OtherWorker]);
        var devices = new List<ModelDevice>();
        foreach (var user in new[] { SyncedDatabase.Owner, SyncedDatabase.Owner, database.Worker, database.OtherWorker })
            devices.Add(new ModelDevice(await Outbox.CreateAsync(database, user), random));
        var deferred = database.Deferred(Options);

        for (var step = 0; step < Steps; step++)
        {
            var group = devices.OrderBy(_ => random.Next()).Take(random.Next(1, devices.Count + 1)).ToList();
            var batches = group.Select(device => device.NextBatch(operations)).ToList();
            var results = await database.ApplyAsync(
                Options, group.Zip(batches, (device, batch) => (device.Outbox.Actor, batch.Select(one => one.Clone()).ToArray())));
            for (var i = 0; i < group.Count; i++)
                group[i].Check(model, batches[i], results[i].Outcome!.Results);
            if (random.Next(2) == 0)
                CheckLate(devices, model.Retry(), (await deferred.RetryDueAsync(SyncedDatabase.Cancellation)).Results);
        }

        await CheckTablesAsync(database, model);
    }

    private static void CheckLate(List<ModelDevice> devices, Dictionary<string, string> expected, IReadOnlyList<LateResult> late)
    {
        Assert.Equal(
            expected.OrderBy(one => one.Key, StringComparer.Ordinal),
            late.Select(one => KeyValuePair.Create(one.Result.OperationId, ModelDevice.TextOf(one.Result)))
                .OrderBy(one => one.Key, StringComparer.Ordinal));
        foreach (var (operation, outcome) in expected)
            devices.ForEach(device => device.Settle(operation, outcome));
    }

    private static async Task CheckTablesAsync(SyncedDatabase database, WriteModel model)
    {
        await CheckAsync(
            "SELECT string_agg(id || ' ' || coalesce(notes, ''), ',' ORDER BY id) FROM customers",
            model.Customers.Select(row => $"{row.Key} {row.Value.Notes}"));
        await CheckAsync(
            "SELECT string_agg(id || ' ' || customer_id || ' ' || status || ' ' || coalesce(notes, ''), ',' ORDER BY id) FROM jobs",
            model.Jobs.Select(row => $"{row.Key} {row.Value.CustomerId} {Upper(row.Value.Status)} {row.Value.Notes}"));
        await CheckAsync(
            "SELECT string_agg(id || ' ' || job_id || ' ' || user_id, ',' ORDER BY id) FROM job_assignments",
            model.Assignments.Select(row => $"{row.Key} {row.Value.JobId} {row.Value.UserId}"));
        await CheckAsync(
            "SELECT string_agg(id || ' ' || job_id || ' ' || coalesce(notes, ''), ',' ORDER BY id) FROM materials",
            model.Materials.Select(row => $"{row.Key} {row.Value.JobId} {row.Value.Notes}"));

        async Task CheckAsync(string sql, IEnumerable<string> rows) => Assert.Equal(
            string.Join(',', rows.Order(StringComparer.Ordinal)), await database.ScalarAsync<string>($"SELECT coalesce(({sql}), '')"));
    }

    private static string Upper(JobStatus status) => status switch
    {
        JobStatus.NotStarted => "NOT_STARTED",
        JobStatus.InProgress => "IN_PROGRESS",
        JobStatus.WaitingOnMaterials => "WAITING_ON_MATERIALS",
        JobStatus.Completed => "COMPLETED",
        _ => "ON_HOLD",
    };
}
