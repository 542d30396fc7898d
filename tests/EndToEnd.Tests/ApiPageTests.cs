using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using KhsCrm.EndToEnd.Tests.Kit;
using Microsoft.Playwright;
using Xunit;

namespace KhsCrm.EndToEnd.Tests;

/// <summary>The page of the API, in a browser.</summary>
public sealed class ApiPageTests
{
    // Playwright takes no cancellation token.
    [Fact(Timeout = 600_000)]
    public async Task It_lists_every_operation_without_an_error_and_loads_nothing_from_elsewhere()
    {
        await using var service = await Service.StartAsync();
        using var http = new HttpClient();
        var document = JsonNode.Parse(await http.GetStringAsync(
            $"{service.HttpUrl}/openapi/v1.json", TestContext.Current.CancellationToken))!;
        var names = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject())
            .Select(operation => (string)operation.Value!["summary"]!).ToList();
        using var playwright = await Playwright.CreateAsync();
        // Ended by the driver, which gives a browser that does not close half a minute; CloseAsync would wait for it.
        var browser = await Chromium.LaunchAsync(playwright);
        var page = await browser.NewPageAsync();
        page.SetDefaultTimeout(300_000);
        var faults = new ConcurrentQueue<string>();
        page.PageError += (_, error) => faults.Enqueue(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                faults.Enqueue(message.Text);
        };
        page.Request += (_, request) =>
        {
            if (request.Url.StartsWith("http", StringComparison.Ordinal) && !request.Url.StartsWith(service.HttpUrl, StringComparison.Ordinal))
                faults.Enqueue($"it asks for {request.Url}");
        };

        await page.GotoAsync($"{service.HttpUrl}/docs");
        // The page draws its contents when the document has come.
        await page.WaitForFunctionAsync(
            "names => names.every(name => document.querySelector('aside')?.textContent.includes(name))", names);

        Assert.True(names.Count > 50);
        Assert.Empty(faults);
    }
}
