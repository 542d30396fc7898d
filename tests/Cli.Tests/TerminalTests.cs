using KhsCrm.V1;

namespace KhsCrm.Cli.Tests;

/// <summary>What differs between a terminal and a pipe.</summary>
public sealed class TerminalTests
{
    private static readonly Entity[] Rows =
    [
        .. Enumerable.Range(1, 3).Select(number => new Entity
        {
            Customer = new()
            {
                Id = $"0190aaa{number}-0000-7000-8000-000000000001", Name = $"Customer {number} with a name that is long", Phone = "555-0100",
                Address = "12 Mill Lane, at the end of the road behind the old school",
            },
        }),
        new() { Job = new() { Id = "0190bbbb-0000-7000-8000-000000000001", Title = "Roof", Status = JobStatus.Completed } },
    ];

    [Theory]
    [InlineData(120)]
    [InlineData(80)]
    [InlineData(50)]
    [InlineData(30)]
    public async Task A_table_fits_a_terminal_and_its_ids_are_short_and_good(int width)
    {
        using var khs = new Khs { Width = width };
        await khs.SignInAsync(Role.Owner, Rows);

        var lines = (await khs.TextAsync("customers", "list")).TrimEnd().Split(Environment.NewLine);

        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
        Assert.StartsWith("ID", lines[0], StringComparison.Ordinal);
        Assert.Equal(width > 40, lines[0].Contains("Address", StringComparison.Ordinal));
        var id = lines.Last(line => line.StartsWith("0190", StringComparison.Ordinal)).Split(' ')[0];
        Assert.True(id.Length < 36, "an id on a terminal is cut");
        Assert.Contains("Customer 3", await khs.TextAsync("customers", "show", id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_list_is_readable_on_40_columns()
    {
        const string job = "0190bbbb-0000-7000-8000-000000000002";
        using var khs = new Khs { Width = 40 };
        await khs.SignInAsync(
            Role.Owner,
            [
                .. Rows,
                new() { Job = new() { Id = job, CustomerId = Rows[0].Customer.Id, Title = "A new roof for the old barn", Status = JobStatus.WaitingOnMaterials, StartDate = new() { Year = 2026, Month = 5, Day = 9 } } },
                new() { JobAssignment = new() { Id = "0190dddd-0000-7000-8000-000000000001", JobId = job, UserId = Khs.UserId } },
                new() { Material = new() { Id = "0190cccc-0000-7000-8000-000000000001", JobId = job, ItemName = "Galvanised roofing nails", Quantity = "1250.5", Unit = "box" } },
            ]);
        await khs.JsonAsync("customers", "add", "--name", "Somebody with a name that is long", "--address", "Far away");

        foreach (var command in new[] { "customers list", "jobs list", "jobs list --mine --status waiting-on-materials", "materials list", $"materials list {job}", $"jobs show {job}", "outbox list", "status" })
        {
            var lines = (await khs.TextAsync(command.Split(' '))).TrimEnd().Split(Environment.NewLine);

            // A heading is a sentence, which the terminal wraps.
            Assert.All(lines.Where(line => !line.EndsWith(':')), line => Assert.InRange(line.Length, 0, 40));
            // Words stay whole: a column of a few letters is of no use to anybody.
            var text = string.Join('\n', lines);
            foreach (var word in new[] { "long", "roof", "Galvanised" }.Where(word => Expected(command).Contains(word, StringComparison.Ordinal)))
                Assert.True(text.Contains(word, StringComparison.Ordinal), $"{command}:\n{text}");
        }

        static string Expected(string command) => command.Split(' ')[0] switch
        {
            "customers" or "outbox" => "long",
            "jobs" => "roof",
            "materials" => "Galvanised",
            _ => "",
        };
    }

    [Fact]
    public async Task Short_ids_tell_rows_apart_whatever_their_ids_are()
    {
        using var khs = new Khs { Width = 80 };
        // The first two differ in the last digit only; the third is no UUIDv7.
        string[] ids = ["0190aaaa-0000-7000-8000-000000000001", "0190aaaa-0000-7000-8000-000000000002", "ffffffff-ffff-4fff-bfff-ffffffffffff"];
        await khs.SignInAsync(
            Role.Owner, [.. ids.Select((id, index) => new Entity { Customer = new() { Id = id, Name = $"Customer {index}", Address = "Here" } })]);

        var lines = (await khs.TextAsync("customers", "list")).Split(Environment.NewLine);

        for (var index = 0; index < ids.Length; index++)
        {
            var shown = lines.Single(line => line.Contains($"Customer {index}", StringComparison.Ordinal)).Split(' ')[0];
            Assert.Contains($"Customer {index}", await khs.TextAsync("customers", "show", shown), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_pipe_gets_whole_ids_whole_lines_and_no_colour()
    {
        using var khs = new Khs();
        await khs.SignInAsync(Role.Owner, Rows);

        var text = await khs.TextAsync("customers", "list");

        Assert.Equal(4, text.TrimEnd().Split(Environment.NewLine).Length);
        Assert.Contains("0190aaa1-0000-7000-8000-000000000001  Customer 1 with a name that is long  555-0100  12 Mill", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text + await khs.TextAsync("jobs", "list"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Colour_is_where_it_is_wanted(bool hasColor)
    {
        using var khs = new Khs { Width = 80, HasColor = hasColor };
        await khs.SignInAsync(Role.Owner, Rows);

        Assert.Equal(hasColor, (await khs.TextAsync("jobs", "list")).Contains('\u001b', StringComparison.Ordinal));
        Assert.DoesNotContain('\u001b', (await khs.RunAsync("jobs", "list", "--json")).Output);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(80)]
    public async Task Nobodys_name_can_write_to_the_terminal(int? width)
    {
        using var khs = new Khs { Width = width };
        await khs.SignInAsync(
            Role.Owner,
            new Entity { Customer = new() { Id = "0190aaaa-0000-7000-8000-000000000001", Name = "Ada\u001b[2J [red]\nx", Address = "A", Notes = "1\n2\u0007" } });

        var list = await khs.TextAsync("customers", "list");
        var shown = await khs.TextAsync("customers", "show", "0190aaaa") + await khs.TextAsync("customers", "archive", "0190aaaa");

        Assert.Contains("Ada [2J [red] x", list, StringComparison.Ordinal);
        Assert.Equal(2, list.TrimEnd().Split(Environment.NewLine).Length);
        Assert.DoesNotContain(list + shown, one => char.IsControl(one) && !Environment.NewLine.Contains(one, StringComparison.Ordinal));
    }
}
