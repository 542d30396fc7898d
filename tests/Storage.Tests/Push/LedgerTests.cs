using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using KhsCrm.Storage.Push.Deferral;
using KhsCrm.Storage.Tests.Deltas;
using KhsCrm.V1;
using Xunit;
using static KhsCrm.Storage.Tests.Push.Outbox;

namespace KhsCrm.Storage.Tests.Push;

/// <summary>Promises 2 and 5: the ledger gives back what it was given, and an id is one operation.</summary>
public sealed class LedgerTests
{
    // Six characters, and with a backslash before them.
    private const string NotNul = "\\u0000 \\\\u0000";

    private static readonly DeferralOptions Deferral = new() { MaxRetries = 3, RetryDelay = TimeSpan.FromMinutes(1) };

    public static TheoryData<string> Ids => new(" {0}", "{0}\n", "+{0}", "0x{0}", "{{{0}}}", "{0}\0", "\0");

    [Fact]
    public async Task What_waits_comes_back_byte_for_byte()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var phone = await CreateAsync(database, null, Deferral);
        var job = NewJob((await database.AddCustomerAsync()).ToString());
        var material = NewMaterial(job.Id);
        material.Notes = $"{NotNul} \" é 🛠 \u2028";
        material.CreatedAt = new Timestamp { Seconds = long.MaxValue, Nanos = -1 };
        // With a field that this server does not know.
        var operation = Operation.Parser.ParseFrom([.. phone.Create(material).ToByteArray(), 0xFA, 0x3F, 1, 7]);
        Assert.Equal(OperationOutcome.Deferred, Assert.Single(await phone.PushAsync(operation.Clone())).Outcome);

        operation.Entity.Material.Unit = "box";
        Assert.Equal(operation.ToByteArray(), await database.ScalarAsync<byte[]>("SELECT message FROM sync_queue"));
        await phone.PushAsync(phone.Create(job));
        var late = Assert.Single((await database.Deferred(Deferral).RetryDueAsync(SyncedDatabase.Cancellation)).Results).Result;

        Assert.Equal((operation.Id, OperationOutcome.Applied), (late.OperationId, late.Outcome));
        Assert.Equal(material.Notes, late.Entity.Material.Notes);
        Assert.Equal(material.Notes, await database.ScalarAsync<string>("SELECT notes FROM materials"));
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(message) FROM sync_queue"));
    }

    [Fact]
    public async Task A_quantity_is_judged_at_once_and_as_it_is_when_it_has_waited()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var phone = await CreateAsync(database, null, Deferral);
        foreach (var quantity in new[] { "1\0", " 1", "1 ", "+1", "1,0", "1e1", "." })
        {
            var material = NewMaterial($"{Guid.NewGuid()}");
            material.Quantity = quantity;
            Assert.Equal(["quantity"], Fields(Assert.Single(await phone.PushAsync(phone.Create(material)))));
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task An_id_in_another_form_is_none_wherever_it_stands(string form)
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var outbox = await CreateAsync(database, null, Deferral);
        var operation = outbox.Create(NewCustomer());
        operation.Id = Odd(operation.Id);
        var customer = outbox.Create(NewCustomer());
        customer.Entity.Customer.Id = Odd(customer.Entity.Customer.Id);
        var job = outbox.Create(NewJob(Odd($"{await database.AddCustomerAsync()}")));
        Operation[] batch = [operation, customer, job];

        var results = await outbox.PushAsync(batch);

        Assert.Equal(["operation.id", "id", "customer_id"], results.SelectMany(Fields));
        // The same device and another one are told the same again.
        var replay = await outbox.PushAsync([.. batch.Select(one => one.Clone())]);
        Assert.All(replay, result => Assert.Equal(
            (OperationOutcome.Duplicate, OperationOutcome.Rejected), (result.Outcome, result.FirstOutcome)));
        Assert.Equal(results.Select(result => result.Status), replay.Select(result => result.Status));
        var other = await CreateAsync(database);
        Assert.Equal(OperationOutcome.Rejected, (await other.PushAsync([.. batch.Select(one => one.Clone())]))[0].Outcome);
        Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(*) FROM customers"));

        string Odd(string id) => string.Format(System.Globalization.CultureInfo.InvariantCulture, form, id);
    }

    [Fact]
    public async Task An_id_twice_in_a_batch_has_two_results_and_the_replay_says_both()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var outbox = await CreateAsync(database);
        var (first, second) = (outbox.Create(NewCustomer()), outbox.Create(NewCustomer()));
        second.Id = first.Id;
        var results = await outbox.PushAsync(first, second);
        Assert.Equal([OperationOutcome.Applied, OperationOutcome.Rejected], results.Select(result => result.Outcome));

        var replay = await outbox.PushAsync(first.Clone(), second.Clone());

        Assert.Equal(results.Select(result => result.Outcome), replay.Select(result => result.FirstOutcome));
        Assert.Equal(results.Select(result => result.Status), replay.Select(result => result.Status));
    }

    [Fact]
    public async Task An_id_with_other_content_under_another_device_is_another_operation_and_makes_nothing()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var (one, two) = (await CreateAsync(database), await CreateAsync(database));
        var operation = one.Create(NewCustomer());
        await one.PushAsync(operation);
        var other = two.Create(NewCustomer());
        other.Id = operation.Id;

        var result = Assert.Single(await two.PushAsync(other));

        Assert.Equal((OperationOutcome.Rejected, "FIELD_INVALID"), (result.Outcome, Reason(result)));
        Assert.Equal(["operation.id"], Fields(result));
        Assert.Equal(OperationOutcome.Rejected, Assert.Single(await two.PushAsync(other.Clone())).FirstOutcome);
        // The very same operation, numbered anew, is known.
        var again = operation.Clone();
        again.ClientSeq = 2;
        Assert.Equal(OperationOutcome.Applied, Assert.Single(await two.PushAsync(again)).FirstOutcome);
    }

    [Fact]
    public async Task A_request_with_text_that_looks_like_an_escape_is_known_again()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var customer = NewCustomer();
        customer.Notes = NotNul;
        var operation = new Operation { Id = $"{Guid.CreateVersion7()}", Kind = OperationKind.Create, Entity = new Entity { Customer = customer } };
        var (first, replay) = (await ApplyAsync(operation.Clone()), await ApplyAsync(operation.Clone()));
        Assert.Equal((OperationOutcome.Applied, OperationOutcome.Duplicate), (first.Outcome, replay.Outcome));

        operation.Entity.Customer.Notes = "other";
        Assert.Equal(["request_id"], Fields(await ApplyAsync(operation)));
        operation.Entity.Customer.Id = $"{Guid.CreateVersion7()}";
        var theirs = (await CreateAsync(database)).Create(NewCustomer());
        await new Outbox(database, await database.RegisterAsync(database.Worker)).PushAsync(theirs);
        var foreign = theirs.Clone();
        Assert.Equal(["request_id"], Fields(await ApplyAsync(foreign)));

        async Task<OperationResult> ApplyAsync(Operation asked) => Assert.Single((await database.Committer().ApplyAsync(
            SyncedDatabase.Owner, Role.Owner, new(asked), SyncedDatabase.Cancellation)).Results);
    }
}
