using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace KhsCrm.Storage.Schema;

/// <summary>What <c>dotnet ef migrations add</c> uses; it makes migrations and never connects.</summary>
internal sealed class DesignTimeFactory : IDesignTimeDbContextFactory<KhsCrmDbContext>
{
    public KhsCrmDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<KhsCrmDbContext>().UseNpgsql("Host=none").Options);
}
