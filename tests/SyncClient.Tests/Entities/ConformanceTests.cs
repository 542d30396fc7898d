using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using KhsCrm.Contracts.Entities;
using KhsCrm.SyncClient.Store;
using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.SyncClient.Verify;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.Entities;

/// <summary>Each kind keeps on a device what its definition says; a part that was forgotten fails with the kind's name.</summary>
public sealed class ConformanceTests
{
    public static TheoryData<string> Names => [.. EntityKinds.All.Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Its_rows_come_back_byte_for_byte_with_what_this_version_does_not_know(string name)
    {
        var kind = EntityKinds.Of(name)!;
        using var device = await TestDevice.OpenAsync();
        var row = Entity.Parser.ParseFrom(Full(kind).ToByteArray());
        await device.ApplyAsync(Rows.Checkpoint("c1", 0, new Change { Entity = row }));

        var table = RowTables.Of(kind.Type)!;
        var stored = await device.Store.ReadAsync(connection => table.ReadServer(connection, RowId.Parse(kind.GetId(row))), TestDevice.Ct);

        Assert.Equal(row.ToByteArray(), stored!.ToByteArray());
        Assert.NotEqual(RowDigest.Of(RowId.Parse(kind.GetId(row)), kind.CreateEmpty(kind.GetId(row))), RowDigest.Of(RowId.Parse(kind.GetId(row)), row));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Its_table_has_the_columns_that_devices_keep(string name)
    {
        var kind = EntityKinds.Of(name)!;
        using var device = await TestDevice.OpenAsync();

        var columns = await device.Store.ReadAsync(
            connection =>
            {
                List<string> names = [];
                var statement = connection.Prepare($"SELECT name FROM pragma_table_info('{kind.Name}')");
                while (statement.Step())
                    names.Add(statement.Text(0)!);
                return names;
            },
            TestDevice.Ct);

        string[] expected = ["id", "server", "local", "hidden", "generation", .. kind.Accept(new KeptFields())];
        Assert.Equal(expected.Order(), columns.Order());
    }

    // Every field has a value, and there is one that nobody knows.
    private static Entity Full(EntityKind kind)
    {
        var entity = kind.CreateEmpty(Rows.NewId());
        var row = (IMessage)Entity.Descriptor.FindFieldByName(kind.Name).Accessor.GetValue(entity);
        foreach (var field in row.Descriptor.Fields.InDeclarationOrder().Where(field => field.Name != "id"))
            field.Accessor.SetValue(row, Value(field));
        byte[] unknown = [0xFA, 0x3F, 1, 7];
        row.MergeFrom(unknown);
        return entity;
    }

    private static object Value(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.String when field.Name.EndsWith("_id", StringComparison.Ordinal) => Rows.NewId(),
        FieldType.String when field.Name == "quantity" => "2.50",
        FieldType.String => "text",
        FieldType.Bool => true,
        FieldType.Enum => 1,
        FieldType.Message when field.MessageType == Timestamp.Descriptor => new Timestamp { Seconds = 1_790_000_000, Nanos = 1_000 },
        FieldType.Message when field.MessageType == Struct.Descriptor => new Struct { Fields = { ["a"] = Google.Protobuf.WellKnownTypes.Value.ForString("b") } },
        FieldType.Message => new Google.Type.Date { Year = 2026, Month = 2, Day = 3 },
        var other => throw new NotSupportedException($"{field.FullName} is a {other}: set it here."),
    };

    private sealed class KeptFields : IEntityKindVisitor<IEnumerable<string>>
    {
        public IEnumerable<string> Visit<T>(EntityKind<T> kind)
            where T : class, IMessage<T>, new() =>
            kind.TypedFields.Where(field => field.IsKeptByDevices).Select(field => field.Name);
    }
}
