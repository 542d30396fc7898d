using KhsCrm.SyncClient;
using Xunit;

namespace KhsCrm.EndToEnd.Tests.Kit;

/// <summary>One device of a <see cref="Fleet"/>.</summary>
internal sealed class FleetMember(string name, KhsCrmClient client)
{
    // Nothing takes as long: after this, the loop is stuck.
    private static readonly TimeSpan Hung = TimeSpan.FromMinutes(5);

    private readonly List<string> _ids = [];

    public KhsCrmClient Client => client;

    /// <summary>The customers that only this device edits, with the phone number it gave them last.</summary>
    public Dictionary<string, string> Own { get; } = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Adds a customer, or edits one: its own by a number that goes up, or anybody's by a note.</summary>
    public async Task EditAsync(Random random)
    {
        var roll = random.Next(4);
        if (_ids.Count == 0 || roll == 0)
        {
            var added = await client.Customers.AddAsync(
                new() { Name = $"{name} {_ids.Count}", Address = "1 Fleet Street", Phone = "0" }, Cancellation);
            _ids.Add(added.Id);
            Own.Add(added.Name, "0");
        }
        else if (roll == 1)
        {
            var anyone = (await client.Customers.ListAsync(cancellationToken: Cancellation)).Items;
            await client.Customers.UpdateAsync(
                anyone[random.Next(anyone.Count)].Id, row => row.Notes = $"{name} {random.Next(1_000)}", cancellationToken: Cancellation);
        }
        else
        {
            var row = await client.Customers.UpdateAsync(
                _ids[random.Next(_ids.Count)],
                edit => edit.Phone = $"{int.Parse(edit.Phone, System.Globalization.CultureInfo.InvariantCulture) + 1}",
                cancellationToken: Cancellation);
            Own[row.Name] = row.Phone;
        }
    }

    /// <summary>Waits until everything sent is answered and has come back.</summary>
    public async Task SettledAsync()
    {
        using var hung = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        hung.CancelAfter(Hung);
        await foreach (var counts in client.Outbox.ObserveCountsAsync(hung.Token))
        {
            Assert.Equal(0, counts.Rejected);
            if (counts is { Unsent: 0, Deferred: 0, Unconfirmed: 0 })
                return;
        }
    }

    /// <summary>Waits until the device shows exactly these customers.</summary>
    public async Task HoldsAsync(IReadOnlyList<string> expected)
    {
        using var hung = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        hung.CancelAfter(Hung);
        List<string> shown = [];
        try
        {
            await foreach (var page in client.Customers.ObserveAsync(new() { IsArchived = null, PageSize = 10_000 }, hung.Token))
            {
                shown = [.. page.Items.Select(row => $"{row.Name}: {row.Phone}; {row.Notes}").Order(StringComparer.Ordinal)];
                if (shown.SequenceEqual(expected))
                    return;
            }
        }
        catch (OperationCanceledException) when (!Cancellation.IsCancellationRequested)
        {
            Assert.Equal(expected, shown);
        }
    }
}
