using KhsCrm.Contracts.Entities;
using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.Overlay;

/// <summary>
/// Random edits here and elsewhere, under every order of batch, result, delta, checkpoint, broken connection and resync.
/// At each checkpoint the device holds exactly the server's rows of that moment with its own edits that are not yet part
/// of them on top; at the end, once what was refused is given up, the server's rows.
/// </summary>
public sealed class ModelTests
{
    private const int Steps = 120;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 25)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_device_holds_a_real_state_at_every_checkpoint_and_converges(int seed)
    {
        var random = new Random(seed);
        var server = new ModelServer(random);
        using var device = await TestDevice.OpenAsync();
        var run = new Run(random, server, device);
        for (var step = 0; step < Steps; step++)
            await run.StepAsync();
        await run.FinishAsync();
        Assert.DoesNotContain(await device.StatesAsync(), state => state != OutboxState.Rejected);
        while (await device.Outbox.ListAsync(limit: 1, cancellationToken: TestDevice.Ct) is [var refused])
            await device.Outbox.DiscardAsync(refused.Id, TestDevice.Ct);

        Assert.Equal(Sorted(server.Rows.Values), Sorted(await run.RowsAsync()));
    }

    private static List<Customer> Sorted(IEnumerable<Customer> rows) => [.. rows.OrderBy(row => row.Id, StringComparer.Ordinal)];

    private sealed class Run(Random random, ModelServer server, TestDevice device)
    {
        private readonly Queue<OperationResult> _results = [];
        private readonly Queue<(Delta Delta, Dictionary<string, Customer>? State)> _deltas = [];
        private readonly List<Operation> _onTheWire = [];
        private readonly SortedDictionary<long, Operation> _sent = [];
        private readonly Dictionary<string, bool> _answered = [];
        private long _lastSent;

        public async Task<IReadOnlyList<Customer>> RowsAsync() =>
            (await device.Customers.ListAsync(new() { IsArchived = null, PageSize = 10_000 }, TestDevice.Ct)).Items;

        public Task StepAsync() => random.Next(14) switch
        {
            < 4 => EditAsync(),
            4 => SendAsync(),
            5 => Done(ReceiveBatch),
            6 or 7 => DeliverResultAsync(),
            8 => Done(server.EditElsewhere),
            9 => Done(() => QueueDeltas(isResync: false)),
            10 or 11 => DeliverDeltaAsync(),
            12 => random.Next(4) == 0 ? BreakAsync() : Task.CompletedTask,
            _ => random.Next(6) == 0 ? ResyncAsync() : Task.CompletedTask,
        };

        public async Task FinishAsync()
        {
            await BreakAsync();
            while (true)
            {
                await SendAsync();
                if (_onTheWire.Count == 0)
                    break;
                ReceiveBatch();
            }

            while (_results.Count > 0)
                await DeliverResultAsync();
            QueueDeltas(isResync: false);
            while (_deltas.Count > 0)
                await DeliverDeltaAsync();
        }

        private static Task Done(Action action)
        {
            action();
            return Task.CompletedTask;
        }

        private async Task EditAsync()
        {
            var rows = await RowsAsync();
            if (rows.Count == 0 || random.Next(4) == 0)
                await device.Customers.AddAsync(new() { Name = $"Own {random.Next(100)}", Address = "Here" }, TestDevice.Ct);
            else if (random.Next(3) == 0)
                await device.Customers.UpdateAsync(rows[random.Next(rows.Count)].Id, row => row.Phone = $"{random.Next(1000)}", cancellationToken: TestDevice.Ct);
            else
                await device.Customers.UpdateAsync(rows[random.Next(rows.Count)].Id, row => row.Name = $"Own {random.Next(100)}", cancellationToken: TestDevice.Ct);
        }

        private async Task SendAsync()
        {
            var batch = await device.TakeAsync(_lastSent, max: random.Next(1, 4));
            if (batch.Count == 0)
                return;
            _lastSent = batch[^1].ClientSeq;
            _onTheWire.AddRange(batch);
            foreach (var operation in batch)
                _sent[operation.ClientSeq] = operation;
        }

        private void ReceiveBatch()
        {
            foreach (var result in server.Push(_onTheWire))
                _results.Enqueue(result);
            _onTheWire.Clear();
        }

        private async Task DeliverResultAsync()
        {
            if (!_results.TryDequeue(out var result))
                return;
            await device.RecordAsync(result);
            _answered[result.OperationId] = OperationOutcome.Rejected
                != (result.Outcome == OperationOutcome.Duplicate ? result.FirstOutcome : result.Outcome);
        }

        private void QueueDeltas(bool isResync)
        {
            foreach (var delta in server.Deltas(isResync))
                _deltas.Enqueue((delta, delta.Checkpoint ? server.Rows.ToDictionary(row => row.Key, row => row.Value) : null));
        }

        private async Task DeliverDeltaAsync()
        {
            if (!_deltas.TryDequeue(out var next))
                return;
            await device.ApplyAsync(next.Delta);
            if (next.State is not null)
                await CheckAsync(next.State, next.Delta.LastClientSeq);
        }

        // What was sent and not received, and what was answered and not delivered, is lost; the stream opens anew.
        private async Task BreakAsync()
        {
            _onTheWire.Clear();
            _results.Clear();
            while (_deltas.Count > 0) // Not lost: a new stream brings them again from the cursor.
                await DeliverDeltaAsync();
            _lastSent = 0;
            Assert.True(await device.WelcomeAsync(server.LastClientSeq));
        }

        private async Task ResyncAsync()
        {
            await BreakAsync();
            await device.ResyncAsync();
            QueueDeltas(isResync: true);
        }

        private async Task CheckAsync(Dictionary<string, Customer> state, long lastClientSeq)
        {
            var expected = state.ToDictionary(row => row.Key, row => new Entity { Customer = row.Value.Clone() });
            var unsent = (await device.Outbox.ListAsync(OutboxState.Queued, cancellationToken: TestDevice.Ct))
                .Select(entry => entry.Operation);
            // A creation that was refused stays, to be corrected.
            var refused = (await device.Outbox.ListAsync(OutboxState.Rejected, cancellationToken: TestDevice.Ct))
                .Select(entry => entry.Operation).Where(operation => operation.Kind == OperationKind.Create);
            foreach (var operation in refused.Concat(_sent.Values.Where(one => IsOnTop(one, lastClientSeq))).Concat(unsent))
            {
                var id = operation.Entity.Customer.Id;
                if (operation.Kind == OperationKind.Create)
                    expected.TryAdd(id, operation.Entity.Clone());
                else if (expected.TryGetValue(id, out var row))
                    foreach (var field in operation.UpdateMask.Paths)
                        EntityKinds.Customer.Copy(field, operation.Entity, row);
            }

            Assert.Equal(
                expected.Values.Select(row => Settable(row.Customer)).Order(StringComparer.Ordinal),
                (await RowsAsync()).Select(Settable).Order(StringComparer.Ordinal));
        }

        // An edit whose answer has not come is shown on top even when the state has it already: it may be refused.
        private bool IsOnTop(Operation operation, long lastClientSeq) =>
            !_answered.TryGetValue(operation.Id, out var isApplied) || (isApplied && operation.ClientSeq > lastClientSeq);

        private static string Settable(Customer row) => $"{row.Id} {row.Name} {row.Phone} {row.Address} {row.IsArchived}";
    }
}
