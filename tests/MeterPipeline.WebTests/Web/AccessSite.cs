using MeterPipeline.Ledger.Users;
using MeterPipeline.Web.Access;

namespace MeterPipeline.Tests.Web;

/// <summary>The pages with people: one of each role, and a township reader whose township is the first.</summary>
public sealed class AccessSite : IAsyncLifetime
{
    public const string Township = "140802100";
    public const string Neighbour = "140802101";
    public const string NeighbourHousehold = "H140802101201-01";

    public WebSite Site { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Site = await WebSite.StartAsync(new AccessOptions { FormsPerMinute = 10_000 });
        Site.AddUser("admin", Role.Administrator, WebVisitor.Password);
        Site.AddUser("bureau", Role.Bureau, WebVisitor.Password);
        Site.AddUser("finance", Role.Finance, WebVisitor.Password);
        Site.AddUser("town", Role.Township, WebVisitor.Password, divisions: Township + "000");
        Site.AddUser("county", Role.Bureau, WebVisitor.Password, divisions: "140802000000");
        Site.AddUser("pub", Role.Company, WebVisitor.Password, company: "gas");
    }

    public async Task DisposeAsync() => await Site.DisposeAsync();
}
