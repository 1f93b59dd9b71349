using System.Security.Cryptography;
using MeterPipeline.Banks;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Usage;
using MeterPipeline.Ingest;
using MeterPipeline.Ingest.Intake;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Sqlite;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Tests.House;
using MeterPipeline.Web;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Registry;
using MeterPipeline.Web.Settlements;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Tests.Web;

/// <summary>The pages over a real ledger that holds half a winter of two counties, served on a free port of the loopback.</summary>
public sealed class WebSite : IAsyncDisposable
{
    public const string Evil = "<script>alert(1)</script>&\"'";
    public const string Village = "140802100201";
    public const string Household = "H140802100201-01";
    public const string EvilHousehold = "H140802100201-02";

    /// <summary>Read every day, and the register has never moved.</summary>
    public const string Unused = "H140882101202-04";

    /// <summary>Used until the year ended.</summary>
    public const string Stopped = "H140882101202-05";

    /// <summary>Uses a tenth of what its neighbours use.</summary>
    public const string FarBelow = "H140882101202-01";

    /// <summary>Was never read.</summary>
    public const string NeverRead = "H140882101202-02";

    /// <summary>Its register went back at Christmas.</summary>
    public const string Reset = "H140882101201-04";
    public static readonly LocalDay FirstDay = LocalDay.On(2025, 11, 15);
    public static readonly LocalDay Today = LocalDay.On(2026, 1, 20);

    private const int HouseholdsPerVillage = 6;

    /// <summary>The files of a ledger with the winter in it, folded once: every site begins with a copy.</summary>
    private static readonly Lazy<IReadOnlyList<(string Name, byte[] Content)>> Winter = new(Prepare);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("meterpipeline-web-");
    private readonly WebApplication app;
    private readonly Noon clock = new();

    private WebSite(AccessOptions? access)
    {
        var data = folder.CreateSubdirectory("data").FullName;
        foreach (var (name, content) in Winter.Value) File.WriteAllBytes(Path.Combine(data, name), content);
        Ledger = SqliteLedger.Open(data);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddSingleton(new RegistryImportOptions(Imports));
        builder.Services.AddMeterWeb(Ledger, Policies, () => Readiness, () =>
            [new MetricSample("meterpipeline_readings_total", "Readings\nreceived.", "counter", [KeyValuePair.Create("company", "grid\"\\\n")], 42)],
            access: access, boards: new BoardSettings(UsageSettings.Default, Budgets.Of([("2025-2026", "1408", "12000"), ("2025-2026", "140882", "5000")])),
            settlements: new SettlementSettings("0359-1234567", BankLayoutFiles.Load(Repository.PathOf("deploy", "bank-layouts"))),
            replay: (scope, dryRun, progress) => new QuarantineReplay(Ledger, new IntakeOptions(), clock, dryRun).Run(scope, progress));
        app = builder.Build();
        app.MapMeterWeb();
    }

    public SqliteLedger Ledger { get; }

    public ReadinessReport Readiness { get; set; } = ReadinessReport.Ready;

    /// <summary>The folder of the ledger, for verbs of the command line.</summary>
    public string Data => Path.Combine(folder.FullName, "data");

    /// <summary>Where uploads wait.</summary>
    public string Imports => Path.Combine(folder.FullName, "imports");

    public Uri Address => new(app.Urls.First());

    public static PolicyBook Policies { get; } = new([new SubsidyPolicy(
        "yuncheng-2025", 1, "运城市2025年冬季清洁取暖运行补贴", ["1408"], 2025, null, (11, 15), (3, 15), new Dictionary<string, HeatingSeason>(),
        new HashSet<ExclusionKind> { ExclusionKind.CentralHeating },
        [
            RouteRule.Flat(HeatingRoute.CoalToElectricity, Energy.Electricity, 0.2m, 240m, new LegalBasis("运政办发〔2025〕11号", "三（二）2")),
            RouteRule.Flat(HeatingRoute.CoalToGas, Energy.Gas, 1m, 1200m, new LegalBasis("运政办发〔2025〕11号", "三（二）3")),
        ],
        [new TopUp([Hardship.Dibao, Hardship.Wubao], [], 200m, "county", false, new LegalBasis("运政办发〔2025〕11号", "三（三）"))],
        Rounding.Default, new LegalBasis("运政办发〔2025〕11号", ""))]);

    /// <summary>Everything that answers requests.</summary>
    public IReadOnlyList<Endpoint> Endpoints => app.Services.GetRequiredService<EndpointDataSource>().Endpoints;

    public static async Task<WebSite> StartAsync(AccessOptions? access = null)
    {
        var site = new WebSite(access);
        await site.app.StartAsync();
        return site;
    }

    /// <summary>A reading that is acknowledged, and not folded by anyone.</summary>
    public void Acknowledge(string meterId, LocalDay day, decimal value)
    {
        using var view = Ledger.OpenView();
        Append(Ledger, [new Reading(view.Registry().Meters[meterId].No, Domain.Readings.Register.Total, day.StartMs, Quantity.FromDecimal(value), 0)]);
    }

    /// <summary>The site's clock goes on; timers do not.</summary>
    public void Pass(TimeSpan time) => clock.Pass(time);

    /// <summary>A user whose password costs next to nothing to check, so that tests are quick.</summary>
    public User AddUser(string name, Role role, string password, string? company = null, bool mustChange = false, params string[] divisions)
    {
        var salt = new byte[16];
        var hash = Convert.ToBase64String(Rfc2898DeriveBytes.Pbkdf2(password, salt, 1, HashAlgorithmName.SHA256, 32));
        var user = new User(name, role, company, divisions, $"pbkdf2-sha256$1${Convert.ToBase64String(salt)}${hash}", mustChange, Enabled: true, Today.StartMs, Today.StartMs);
        Ledger.PutUser(user, "test", Today.StartMs);
        return user;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        Ledger.Dispose();
        folder.Delete(recursive: true);
    }

    private static List<(string Name, byte[] Content)> Prepare()
    {
        var folder = Directory.CreateTempSubdirectory("meterpipeline-winter-");
        try
        {
            using (var ledger = SqliteLedger.Open(folder.FullName, create: true))
            {
                Register(ledger);
                Fold(ledger);
                Quarantine(ledger);
            }
            return [.. folder.GetFiles().Select(file => (file.Name, File.ReadAllBytes(file.FullName)))];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Register(SqliteLedger ledger)
    {
        var change = new RegistryChange();
        change.Companies.Add(new Company("grid", "国网运城供电公司", Energy.Electricity));
        change.Companies.Add(new Company("gas", "河津燃气公司", Energy.Gas));
        change.Divisions.Add(new Division("140800000000", "运城市", null));
        string[] surnames = ["张", "王", "李", "赵", "刘", "陈"];
        foreach (var (county, countyName) in new[] { ("140802", "盐湖区"), ("140882", "河津市") })
        {
            change.Divisions.Add(new Division(county + "000000", countyName, "140800000000"));
            foreach (var (town, townName) in new[] { ("100", "解州镇"), ("101", "安邑镇") })
            {
                change.Divisions.Add(new Division(county + town + "000", townName, county + "000000"));
                foreach (var (village, villageName) in new[] { ("201", "东村"), ("202", "西村") })
                {
                    var code = county + town + village;
                    change.Divisions.Add(new Division(code, villageName, county + town + "000"));
                    for (var i = 1; i <= HouseholdsPerVillage; i++) AddHousehold(change, code, i, surnames[i - 1]);
                }
            }
        }
        ledger.ChangeRegistry(change, "test", FirstDay.StartMs);
    }

    private static void AddHousehold(RegistryChange change, string village, int i, string surname)
    {
        var id = $"H{village}-{i:00}";
        var gas = i % 3 == 0;
        var name = id == EvilHousehold ? Evil : surname + "建国";
        change.Households.Add(new Household(
            id, name, village, gas ? HeatingRoute.CoalToGas : HeatingRoute.CoalToElectricity, Conversion.Programme, FirstDay,
            i == 1 ? Hardship.Dibao : Hardship.None, id == EvilHousehold ? Evil : "", []));
        change.Installations.Add(new Installation(
            "M" + id[1..], id, gas ? "gas" : "grid", gas ? Energy.Gas : Energy.Electricity, 6, 2, null, 1, null, null, null, null, Serves.Heating, 0));
    }

    /// <summary>Daily freezes up to yesterday's midnight, journalled and folded as the accruer does it.</summary>
    private static void Fold(SqliteLedger ledger)
    {
        using var fold = ledger.AcquireFold();
        using var view = ledger.OpenView();
        var registry = view.Registry();
        var readings = new List<Reading>();
        foreach (var meter in registry.Meters.Values.OrderBy(meter => meter.No))
        {
            var household = meter.Current.HouseholdId;
            if (household == NeverRead) continue;
            var value = 1000m + meter.No;
            for (var day = FirstDay.Number; day <= Today.Number; day++)
            {
                // One meter in seven has been silent for three days.
                if (meter.No % 7 == 3 && day > Today.Number - 3) continue;
                if (household == Reset && day == LocalDay.On(2025, 12, 25).Number) value = 3;
                readings.Add(new Reading(meter.No, Domain.Readings.Register.Total, new LocalDay(day).StartMs, Quantity.FromDecimal(value), 0));
                var cold = 1 + (decimal)Math.Round(Math.Sin((day - FirstDay.Number) / 24.0) + 0.25 * Math.Sin(day * 1.7 + meter.No), 2) / 2;
                var use = (meter.Current.Energy == Energy.Gas ? 9.2m : 16.5m) * cold * ShareOfUse(household, day);
                if (household == Household && day == Today.Number - 1) readings.AddRange(QuarterHours(meter.No, new LocalDay(day), value, use));
                value += use;
            }
        }
        var seq = Append(ledger, [.. readings]);
        var books = new MeterPipeline.Domain.Books.Books(registry, (_, _, _, _) => [], _ => []);
        foreach (var reading in readings) books.Apply(reading);
        var changed = new ChangedBooks(books);
        var flush = new FoldFlush { FoldedSeq = seq, MeterDays = changed.Days, MeterYears = changed.Years };
        var board = new VillageBoard(Policies, TimeProvider.System);
        board.Adopt(registry);
        while (board.Waiting) board.Collect(books, flush.VillageDays);
        flush.Counters.Add(new CounterRow("grid", Today.Number, 2720, 2700, 12, 1, 7));
        flush.Counters.Add(new CounterRow("gas", Today.Number, 1056, 1056, 0, 0, 0));
        ledger.Flush(flush);
    }

    private static decimal ShareOfUse(string household, int day) => household switch
    {
        Unused => 0,
        FarBelow => 0.1m,
        Stopped when day >= LocalDay.On(2026, 1, 1).Number => 0,
        _ => 1,
    };

    /// <summary>A heat pump's day: it works most before dawn and least at noon.</summary>
    private static IEnumerable<Reading> QuarterHours(int meterNo, LocalDay day, decimal value, decimal use)
    {
        for (var quarter = 1; quarter < 96; quarter++)
        {
            var share = (decimal)(quarter / 96.0 + 0.08 * Math.Sin(quarter / 96.0 * 2 * Math.PI));
            yield return new Reading(meterNo, Domain.Readings.Register.Total, day.StartMs + quarter * 900_000L, Quantity.FromDecimal(Math.Round(value + use * share, 2)), 0);
        }
    }

    private static void Quarantine(SqliteLedger ledger)
    {
        var writer = new JournalBlob.Writer();
        writer.Begin(Today.StartMs + 5_000, [new CompanyCount("grid", 1, 1)], 0);
        ledger.Append(writer.Finish(),
        [
            new QuarantinedMessage(Today.StartMs + 5_000, "endpoint", "grid", "unknown-meter", "The registry has no meter M9 of grid.",
                "metering/v1/grid/M9/reading", System.Text.Encoding.UTF8.GetBytes("{\"value\":\"" + Evil + "\"}")),
        ]);
    }

    private static long Append(SqliteLedger ledger, Reading[] readings)
    {
        var writer = new JournalBlob.Writer();
        writer.Begin(Today.StartMs + 1_000, [new CompanyCount("grid", readings.Length, 0)], readings.Length);
        writer.Add(readings);
        return ledger.Append(writer.Finish(), []);
    }

    /// <summary>Noon, until it is told to go on.</summary>
    private sealed class Noon : TimeProvider
    {
        private long passedMs;

        public void Pass(TimeSpan time) => Interlocked.Add(ref passedMs, (long)time.TotalMilliseconds);

        public override DateTimeOffset GetUtcNow() =>
            DateTimeOffset.FromUnixTimeMilliseconds(Today.StartMs + LocalDay.LengthMs / 2 + Interlocked.Read(ref passedMs));
    }
}
