using System.Text;
using System.Threading.Channels;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ingest;
using MeterPipeline.Ingest.Intake;
using MeterPipeline.Ledger;
using MeterPipeline.Mqtt;
using MeterPipeline.Tests.Ledger;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeterPipeline.Tests.Ingest;

/// <summary>A ledger with meter E1 of company grid, and what a publisher, an operator and the folding process do to it.</summary>
internal sealed class ReplayDesk : IDisposable
{
    /// <summary>Two days are received: this one and the next.</summary>
    public static readonly LocalDay Day = LocalDay.On(2025, 12, 1);

    private static readonly PolicyBook _policies = new([]);

    private readonly SqliteFolder folder = new();

    public ReplayDesk()
    {
        Ledger = folder.Open();
        Register("grid", "E1");
    }

    public ILedger Ledger { get; }

    /// <summary>Where it lies.</summary>
    public string Folder => folder.Path;

    public IntakeOptions Options { get; init; } = new();

    public void Register(string company, params string[] meters)
    {
        var change = new RegistryChange();
        change.Companies.Add(new Company(company, company, Energy.Electricity));
        change.Households.Add(new Household("H1", "张三", "140802101201", HeatingRoute.CoalToElectricity, Conversion.Programme, Day, Hardship.None, "", []));
        foreach (var meter in meters)
            change.Installations.Add(new Installation(meter, "H1", company, Energy.Electricity, 6, 2, null, 1, null, null, null, null, Serves.Heating, 0));
        Ledger.ChangeRegistry(change, "test", Day.StartMs);
    }

    /// <summary>Publishes messages that arrive and are recorded at one time.</summary>
    public async Task ReceiveAsync(long nowMs, string? publisher, params (string Topic, string Payload)[] messages)
    {
        var clock = new Clock { NowMs = nowMs };
        await using var recorder = new Recorder(Ledger, clock, NullLogger<Recorder>.Instance);
        var intake = new ReadingIntake(new RegistryWatch(Ledger, clock), recorder.SubmitAsync, clock, Options);
        using var session = intake.Open(new Origin("endpoint", publisher, "test"));
        foreach (var (topic, payload) in messages)
        {
            session.Take(new Delivery(Encoding.UTF8.GetBytes(topic), Encoding.UTF8.GetBytes(payload), 1, false));
            await session.SubmitAsync(null, CancellationToken.None);
        }
    }

    public ReplayResult Replay(ReplayFilter? filter = null, bool dryRun = false, ILedger? ledger = null) =>
        new QuarantineReplay(ledger ?? Ledger, Options, new Clock { NowMs = Day.Next.Next.StartMs }, dryRun).Run(filter ?? new ReplayFilter(), _ => { });

    /// <summary>What <c>run</c> does with the journal.</summary>
    public async Task FoldAsync()
    {
        var none = Channel.CreateBounded<Recorded>(1);
        none.Writer.Complete();
        var accruer = new Accruer(
            Ledger, new RegistryWatch(Ledger, TimeProvider.System), none.Reader, new VillageBoard(_policies, TimeProvider.System), TimeProvider.System, NullLogger<Accruer>.Instance);
        accruer.Start();
        await accruer.DisposeAsync();
        Assert.Null(accruer.Failure);
    }

    /// <summary>Reconciliation, a line per company and day, oldest first.</summary>
    public IEnumerable<string> Balance()
    {
        using var view = Ledger.OpenView();
        return [.. Reconciliation.Of(view).Reverse().Select(d =>
            $"{d.Company} {d.Day}: {d.Received} = {d.Accepted} + {d.Duplicate} + {d.Conflict} + {d.Quarantined} + {d.Pending}{(d.Reconciles ? "" : " WRONG")}")];
    }

    /// <summary>Open messages, a line each, oldest first.</summary>
    public IEnumerable<string> Open()
    {
        using var view = Ledger.OpenView();
        return [.. view.OpenQuarantine(0).Select(row => $"{row.Message.Company}|{row.Message.Reason}|{Encoding.UTF8.GetString(row.Message.Payload)}")];
    }

    public void Dispose() => folder.Dispose();

    internal sealed class Clock : TimeProvider
    {
        public long NowMs { get; set; }

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(NowMs);
    }
}
