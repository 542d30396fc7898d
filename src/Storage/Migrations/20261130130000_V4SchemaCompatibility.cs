using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace KhsCrm.Storage.Migrations
{
    /// <inheritdoc />
    public partial class V4SchemaCompatibility : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.SqlFiles("V4");

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            throw new System.NotSupportedException("Migrations roll forward; restore a backup to go back.");
    }
}
