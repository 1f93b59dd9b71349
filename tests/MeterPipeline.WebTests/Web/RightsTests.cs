using System.Net;
using System.Text.Json;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Web.Access;
using Microsoft.AspNetCore.Routing;

namespace MeterPipeline.Tests.Web;

/// <summary>Who may do what, and where: the table itself, and what the site answers to those who try more.</summary>
public sealed class RightsTests(AccessSite people) : IClassFixture<AccessSite>
{
    [Fact]
    public void Every_endpoint_says_who_may_call_it()
    {
        var endpoints = people.Site.Endpoints;
        Assert.InRange(endpoints.Count, 20, 1_000);
        Assert.Empty(endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<Mark>() is null).Select(endpoint => endpoint.DisplayName));
        string[] open = ["/healthz", "/readyz", "/sign-in", "/sign-out", "/password", "/assets/{hash}/{name}", "/openapi/{documentName}.json", "/api/v1/{*path:nonfile}"];
        var others = endpoints.OfType<RouteEndpoint>().Where(endpoint => endpoint.Metadata.GetMetadata<Mark>()!.Right is null)
            .Select(endpoint => "/" + endpoint.RoutePattern.RawText!.TrimStart('/')).Except(open);
        Assert.Empty(others);
    }

    [Fact]
    public void Nobody_gives_rights_and_moves_money()
    {
        foreach (var role in Enum.GetValues<Role>())
            Assert.False(Rights.May(role, Right.ManageUsers) && (Rights.May(role, Right.ConfirmSettlements) || Rights.May(role, Right.PaySettlements) || Rights.May(role, Right.Unmask)));
        Assert.Equal([Right.SeeCoverage], Enum.GetValues<Right>().Where(right => Rights.May(Role.Company, right)));
        // Four eyes are persons: what finance may do, one of finance may not do twice in a row (RunProgressTests, SettlementPagesTests).
        Assert.Equal([Role.Bureau, Role.Finance], Enum.GetValues<Role>().Where(role => Rights.May(role, Right.DraftSettlements)));
        foreach (var right in (Right[])[Right.ConfirmSettlements, Right.PaySettlements]) Assert.Equal([Role.Finance], Enum.GetValues<Role>().Where(role => Rights.May(role, right)));
        Assert.Equal([Role.Bureau], Enum.GetValues<Role>().Where(role => Rights.May(role, Right.GiveNotice)));
        Assert.Equal([Right.SeeHouseholds, Right.Object], Enum.GetValues<Right>().Where(right => Rights.May(Role.Township, right)));
        Assert.Equal([Right.SeeCoverage, Right.SeeHouseholds, Right.SeeQuarantine], Enum.GetValues<Right>().Where(right => Rights.May(null, right)));
    }

    [Theory]
    [InlineData("/?division=140802100", 200)]
    [InlineData("/?division=140802100201", 200)]
    [InlineData("/households/H140802100201-01", 200)]
    [InlineData("/api/v1/seasons", 200)]
    [InlineData("/api/v1/overview?division=140802100000", 200)]
    [InlineData("/api/v1/households?division=140802100202", 200)]
    [InlineData("/api/v1/households/H140802100202-03", 200)]
    [InlineData("/?division=140802", 403)]
    [InlineData("/?division=14", 403)]
    [InlineData("/?division=140802101", 403)]
    [InlineData("/?division=140802101201", 403)]
    [InlineData("/?division=140802100&division=140802101", 403)]
    [InlineData("/?division=99", 403)]
    [InlineData("/?division=x", 403)]
    [InlineData("/?division=", 403)]
    [InlineData("/households/H140802101201-01", 403)]
    [InlineData("/households/H140882100201-01?division=140802100", 403)]
    [InlineData("/households/H-none", 403)]
    [InlineData("/quarantine", 403)]
    [InlineData("/coverage", 403)]
    [InlineData("/users", 403)]
    [InlineData("/access", 403)]
    [InlineData("/exports/accruals.csv?division=140802100", 403)]
    [InlineData("/api/v1/overview", 403)]
    [InlineData("/api/v1/overview?division=140802101", 403)]
    [InlineData("/api/v1/households?division=1408", 403)]
    [InlineData("/api/v1/households/H140802101201-01", 403)]
    [InlineData("/api/v1/quarantine", 403)]
    [InlineData("/api/v1/counters", 403)]
    public async Task A_township_sees_its_own_and_nothing_else(string path, int status)
    {
        using var reader = await WebVisitor.SignedInAsync(people.Site, "town");
        var answer = await reader.GetAsync(path);
        Assert.Equal(status, (int)answer.StatusCode);
        if (status != 200) Assert.Equal(path.StartsWith("/api", StringComparison.Ordinal) ? "application/problem+json" : "text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("建国", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_township_reader_arrives_at_home_without_ways_out_of_it_and_cannot_tell_what_is_there()
    {
        using var reader = await WebVisitor.SignedInAsync(people.Site, "town");
        Assert.Equal($"/?division={AccessSite.Township}000", (await reader.GetAsync("/")).Headers.Location!.ToString());
        await reader.GetAsync($"/?division={AccessSite.Township}");
        Assert.DoesNotContain("/quarantine", reader.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("盐湖区", reader.Html, StringComparison.Ordinal);
        Assert.Contains("town · 乡镇", reader.Html, StringComparison.Ordinal);
        var (there, missing) = (await reader.GetAsync("/api/v1/households/" + AccessSite.NeighbourHousehold), await reader.GetAsync("/api/v1/households/H-none"));
        Assert.Equal((await Json(there)).GetProperty("detail").GetString(), (await Json(missing)).GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("admin", "/users", 200)]
    [InlineData("admin", "/access", 200)]
    [InlineData("admin", "/quarantine", 200)]
    [InlineData("admin", "/exports/accruals.csv", 403)]
    [InlineData("bureau", "/quarantine", 200)]
    [InlineData("bureau", "/exports/accruals.csv?division=140802", 200)]
    [InlineData("bureau", "/users", 403)]
    [InlineData("bureau", "/access", 403)]
    [InlineData("finance", "/", 200)]
    [InlineData("finance", "/exports/accruals.csv", 200)]
    [InlineData("finance", "/quarantine", 403)]
    [InlineData("pub", "/coverage", 200)]
    [InlineData("pub", "/", 302)]
    [InlineData("pub", "/households/H140802100201-03", 403)]
    [InlineData("pub", "/api/v1/overview", 403)]
    [InlineData("pub", "/api/v1/quarantine", 403)]
    [InlineData("pub", "/exports/accruals.csv", 403)]
    public async Task Roles_open_what_is_theirs(string name, string path, int status)
    {
        using var visitor = await WebVisitor.SignedInAsync(people.Site, name);
        Assert.Equal(status, (int)(await visitor.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task Divisions_bind_every_role_and_every_form()
    {
        using var county = await WebVisitor.SignedInAsync(people.Site, "county");
        await county.GetAsync("/households/" + AccessSite.NeighbourHousehold);
        Assert.Equal(HttpStatusCode.Redirect, (await county.PostAsync($"/households/{AccessSite.NeighbourHousehold}/unmask", ("reason", "核查"))).StatusCode);
        foreach (var elsewhere in new[] { "H140882100201-01", "H-none" })
            Assert.Equal(HttpStatusCode.Forbidden, (await county.PostAsync($"/households/{elsewhere}/unmask", ("reason", "核查"))).StatusCode);
        foreach (var path in new[] { "/exports/accruals.csv", "/exports/accruals.csv?division=1408", "/exports/accruals.csv?division=140882", "/quarantine", "/coverage", "/api/v1/counters" })
            Assert.Equal(HttpStatusCode.Forbidden, (await county.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await county.GetAsync("/exports/accruals.csv?division=140802101")).StatusCode);
    }

    [Fact]
    public async Task A_company_sees_its_own_counters_only()
    {
        using var publisher = await WebVisitor.SignedInAsync(people.Site, "pub");
        var counters = (await Json(await publisher.GetAsync("/api/v1/counters"))).GetProperty("counters").EnumerateArray();
        Assert.Equal(["gas"], counters.Select(counter => counter.GetProperty("company").GetString()).Distinct());
        await publisher.GetAsync("/coverage");
        Assert.Contains("1,056", publisher.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("grid", publisher.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_says_nothing_is_asked_who_they_are()
    {
        using var stranger = new WebVisitor(people.Site);
        foreach (var path in new[] { "/", "/quarantine", "/households/" + WebSite.Household, "/users", "/access", "/exports/accruals.csv" })
            Assert.Equal("/sign-in?return=" + Uri.EscapeDataString(path), (await stranger.GetAsync(path)).Headers.Location?.ToString());
        foreach (var path in new[] { "/api/v1/seasons", "/api/v1/overview", "/api/v1/households/" + WebSite.Household, "/api/v1/quarantine" })
        {
            var answer = await stranger.GetAsync(path);
            Assert.Equal((HttpStatusCode.Unauthorized, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
            Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
        }
        foreach (var path in new[] { "/healthz", "/readyz", "/metrics", "/openapi/v1.json", "/sign-in" })
            Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("/metrics", ("Host", "meters.example"))).StatusCode);
    }

    private static async Task<JsonElement> Json(HttpResponseMessage answer) => JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync());
}
