using System.Net;
using System.Text.Json;

namespace MeterPipeline.Tests.Web;

/// <summary>The OpenAPI document beside what the addresses answer: what the pages use is what others may use.</summary>
public sealed class ApiDocumentTests(AccessSite people) : IClassFixture<AccessSite>
{
    /// <summary>Free texts: any value asks for something that may exist.</summary>
    private static readonly HashSet<string> AnyValue = ["company", "reason", "page", "q"];

    [Fact]
    public async Task Every_address_is_described_with_its_parameters_answers_and_problems()
    {
        var gets = await Gets();
        Assert.InRange(gets.Count, 15, 100);
        foreach (var (path, operation) in gets)
        {
            Assert.True(operation.GetProperty("summary").GetString()!.EndsWith('.'), $"{path} has no summary");
            var answers = operation.GetProperty("responses");
            Assert.True(answers.GetProperty("200").TryGetProperty("content", out _), $"{path} does not say what it answers");
            var problems = answers.EnumerateObject().Where(answer => answer.Name.StartsWith('4')).ToList();
            Assert.NotEmpty(problems);
            Assert.All(problems, problem => Assert.True(problem.Value.GetProperty("content").TryGetProperty("application/problem+json", out _), $"{path} {problem.Name}"));
            foreach (var parameter in Parameters(operation))
                Assert.True(parameter.TryGetProperty("description", out var text) && text.GetString()!.Length > 5, $"{path}: {parameter.GetProperty("name")} is not described");
        }
    }

    [Fact]
    public async Task What_cannot_be_a_value_is_answered_with_problem_details()
    {
        using var bureau = await WebVisitor.SignedInAsync(people.Site, "bureau");
        var asked = 0;
        foreach (var (path, operation) in await Gets())
        {
            var address = path.Replace("{id}", path.Contains("quarantine", StringComparison.Ordinal) ? "1" : WebSite.Household, StringComparison.Ordinal)
                .Replace("{kind}", "weekly", StringComparison.Ordinal).Replace("{period}", "2026-W03", StringComparison.Ordinal);
            foreach (var parameter in Parameters(operation).Where(p => p.GetProperty("in").GetString() == "query").Select(p => p.GetProperty("name").GetString()!))
            {
                if (AnyValue.Contains(parameter)) continue;
                var required = path == "/api/v1/households" && parameter != "division" ? "&division=1408" : path.EndsWith("/curve", StringComparison.Ordinal) && parameter != "day" ? "&day=2026-01-05" : "";
                var answer = await bureau.GetAsync($"{address}?{parameter}=%21{required}");
                Assert.True(answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound, $"{address}?{parameter}=! is answered with {answer.StatusCode}");
                Assert.True(answer.Content.Headers.ContentType?.MediaType == "application/problem+json", $"{address}?{parameter}=!");
                asked++;
            }
        }
        Assert.InRange(asked, 15, 200);
    }

    [Theory]
    [InlineData("/api/v1/overview")]
    [InlineData("/api/v1/counters")]
    [InlineData("/api/v1/reports")]
    [InlineData("/api/v1/reports/weekly/2026-W03?division=1408")]
    public async Task Who_has_an_answer_already_is_told_so(string path)
    {
        using var bureau = await WebVisitor.SignedInAsync(people.Site, "bureau");
        var tag = (await bureau.GetAsync(path)).Headers.ETag!.ToString();
        var again = await bureau.GetAsync(path, ("If-None-Match", tag));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Empty(await again.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.OK, (await bureau.GetAsync(path, ("If-None-Match", "\"another\""))).StatusCode);
    }

    private static IEnumerable<JsonElement> Parameters(JsonElement operation) => operation.TryGetProperty("parameters", out var all) ? all.EnumerateArray() : [];

    private async Task<List<(string Path, JsonElement Get)>> Gets()
    {
        using var client = new HttpClient { BaseAddress = people.Site.Address };
        var document = JsonDocument.Parse(await client.GetStringAsync("/openapi/v1.json")).RootElement;
        return [.. document.GetProperty("paths").EnumerateObject().Where(path => path.Value.TryGetProperty("get", out _)).Select(path => (path.Name, path.Value.GetProperty("get")))];
    }
}
