using KhsCrm.Storage.Schema.Rows;
using KhsCrm.Storage.Tests.Database;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Xunit;

namespace KhsCrm.Storage.Tests.Schema;

/// <summary>The rules hold for a program that writes through EF, and EF learns what the database filled in.</summary>
public sealed class EntityFrameworkTests : DatabaseTest
{
    [Fact]
    public async Task New_rows_come_back_with_their_defaults_and_stamps()
    {
        await using var context = CreateContext();
        var customer = new CustomerRow { Name = "Ann", Address = "1 Oak", UpdatedById = Rows.Owner };
        context.Add(customer);
        await context.SaveChangesAsync(Cancellation);
        var job = new JobRow
        {
            Title = "Roof",
            CustomerId = customer.Id,
            CreatedById = Rows.Owner,
            UpdatedById = Rows.Owner,
            Status = null!,
        };
        context.Add(job);
        await context.SaveChangesAsync(Cancellation);
        var material = new MaterialRow
        {
            JobId = job.Id,
            ItemName = "Nails",
            AddedById = Rows.Owner,
            UpdatedById = Rows.Owner,
            Unit = null!,
        };
        context.Add(material);
        await context.SaveChangesAsync(Cancellation);

        Assert.NotEqual(Guid.Empty, customer.Id);
        Assert.NotEqual(0UL, customer.ChangeXid);
        Assert.True(customer.UpdatedAt.Ticks > 0);
        Assert.Equal("NOT_STARTED", job.Status);
        Assert.Equal((1m, "each", false), (material.Quantity, material.Unit, material.IsDeleted));
        Assert.Equal(3, await context.ActivityLogs.CountAsync(
            entry => entry.Action == "create" && entry.UserId == Rows.Owner, Cancellation));
        Assert.Equal("NOT_STARTED", (await context.JobStatusHistory.SingleAsync(Cancellation)).ToStatus);
    }

    [Fact]
    public async Task An_inactive_user_is_inserted_as_inactive()
    {
        await using var context = CreateContext();
        context.Add(new UserRow
        {
            Email = "a@b",
            PasswordHash = "h",
            Name = "A",
            Role = "WORKER",
            IsActive = false,
            UpdatedById = Rows.Owner,
        });
        await context.SaveChangesAsync(Cancellation);

        Assert.Equal(1, await Sql.CountAsync("users", "email = 'a@b' AND NOT is_active"));
    }

    [Theory]
    [InlineData("COMPLETED", "check_job_status_transition")]
    [InlineData("LATE", "check_job_status")]
    public async Task A_forbidden_status_is_refused(string status, string constraint)
    {
        await Sql.InsertJobAsync();
        await using var context = CreateContext();
        (await context.Jobs.SingleAsync(Cancellation)).Status = status;

        var failure = await Assert.ThrowsAsync<DbUpdateException>(() => context.SaveChangesAsync(Cancellation));

        Assert.Equal(constraint, Assert.IsType<PostgresException>(failure.InnerException).ConstraintName);
    }

    [Fact]
    public async Task Changes_and_deletions_are_audited_and_buried()
    {
        var job = await Sql.InsertJobAsync();
        await Sql.InsertMaterialAsync(job);
        await using var context = CreateContext();
        var row = await context.Jobs.SingleAsync(Cancellation);
        row.Notes = "n";
        row.UpdatedById = Rows.Owner;
        await context.SaveChangesAsync(Cancellation);
        context.Remove(row);
        await context.SaveChangesAsync(Cancellation);

        Assert.Equal(
            ["job", "material"],
            await context.Tombstones.Where(stone => stone.EntityType == "job" || stone.EntityType == "material")
                .Select(stone => stone.EntityType).Order().ToListAsync(Cancellation));
        Assert.Equal(2, await context.ActivityLogs.CountAsync(entry => entry.Action == "delete", Cancellation));
    }

    [Fact]
    public async Task Every_table_can_be_read()
    {
        var job = await Sql.InsertJobAsync();
        await Sql.InsertMaterialAsync(job);
        await Sql.InsertAssignmentAsync(job, Rows.Owner);
        await using var context = CreateContext();

        Assert.Equal(2, await context.Users.CountAsync(Cancellation));
        Assert.Equal(job, (await context.Materials.SingleAsync(Cancellation)).JobId);
        Assert.Equal(job, (await context.JobAssignments.SingleAsync(Cancellation)).JobId);
        Assert.Equal(job, (await context.JobStatusHistory.SingleAsync(Cancellation)).JobId);
        Assert.NotEmpty(await context.ActivityLogs.ToListAsync(Cancellation));
        Assert.Empty(await context.RefreshTokens.ToListAsync(Cancellation));
        Assert.Empty(await context.SyncQueue.ToListAsync(Cancellation));
        Assert.Empty(await context.Devices.ToListAsync(Cancellation));
        Assert.Empty(await context.Tombstones.ToListAsync(Cancellation));
        _ = await context.SyncTimelines.ToListAsync(Cancellation);
    }
}
