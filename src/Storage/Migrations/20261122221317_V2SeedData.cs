using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace KhsCrm.Storage.Migrations
{
    /// <inheritdoc />
    public partial class V2SeedData : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.SqlFiles("V2");

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            throw new System.NotSupportedException("Migrations roll forward; restore a backup to go back.");
    }
}
