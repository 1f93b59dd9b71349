using System.Security.Cryptography;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;
using MeterPipeline.Web.Exports;
using MeterPipeline.Web.Exports.Bank;
using MeterPipeline.Web.Exports.Workbook;

namespace MeterPipeline.Web.Settlements;

/// <summary>A file of a run, whole on disk.</summary>
/// <param name="Tag">SHA-256 of its bytes: a download that broke off goes on where the same bytes are, on any node and after a restart.</param>
/// <param name="Bank">Of a bank's file; null: a workbook.</param>
internal sealed record BuiltFile(string Path, string Name, string Tag, BankResult? Bank);

/// <summary>
/// Files of runs, built once and sent from disk, so that a download can be resumed. One is built at a time; twelve are kept, for an hour (a bank's for a
/// minute, because whom to pay may be corrected). They hold personal data: the folder is its owner's alone, and gone with the process. Any thread.
/// </summary>
internal sealed class RunFiles : IDisposable
{
    private const int Most = 12;
    private static readonly TimeSpan ListsKept = TimeSpan.FromHours(1);
    private static readonly TimeSpan BankKept = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SweepsApart = TimeSpan.FromMinutes(10);

    private readonly ILedger ledger;
    private readonly PolicyBook policies;
    private readonly SettlementSettings settings;
    private readonly TimeProvider time;
    private DirectoryInfo folder = Directory.CreateTempSubdirectory("meterpipeline-runs-");
    private readonly Lock gate = new();
    private readonly Dictionary<string, Kept> kept = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim building = new(1);
    private readonly ITimer sweeps;

    public RunFiles(ILedger ledger, PolicyBook policies, SettlementSettings settings, TimeProvider time)
    {
        (this.ledger, this.policies, this.settings, this.time) = (ledger, policies, settings, time);
        sweeps = time.CreateTimer(_ => Sweep(), null, SweepsApart, SweepsApart);
    }

    public SettlementSettings Settings => settings;

    /// <param name="format"><c>xlsx</c>, <c>csv</c> or <c>bank</c>.</param>
    /// <exception cref="InvalidDataException">The run's lines are damaged, or a bank's layout cannot number its payments.</exception>
    public Task<BuiltFile> Of(RunProgress progress, string format, BankLayout? layout) => Of(KeyOf(progress, format, layout), progress, format, layout);

    /// <summary>The file, opened before anybody can sweep it away. One that is gone from the disk is built again, with the same bytes.</summary>
    /// <inheritdoc cref="Of(RunProgress, string, BankLayout?)"/>
    public async Task<(BuiltFile File, FileStream Content)> OpenAsync(RunProgress progress, string format, BankLayout? layout)
    {
        var key = KeyOf(progress, format, layout);
        var file = await Of(key, progress, format, layout).ConfigureAwait(false);
        try
        {
            return (file, Opened(file));
        }
        catch (IOException gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            lock (gate)
                if (kept.TryGetValue(key, out var known) && known.Built.IsCompletedSuccessfully && known.Built.Result == file) kept.Remove(key);
            var again = await Of(key, progress, format, layout).ConfigureAwait(false);
            return (again, Opened(again));
        }
    }

    public void Dispose()
    {
        sweeps.Dispose();
        Task[] unfinished;
        lock (gate) unfinished = [.. kept.Values.Select(file => file.Built)];
        Task.WhenAll(unfinished).ContinueWith(_ => { }, TaskScheduler.Default).Wait();
        if (Directory.Exists(folder.FullName)) folder.Delete(recursive: true);
        building.Dispose();
    }

    private static FileStream Opened(BuiltFile file) => new(file.Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16, FileOptions.Asynchronous);

    /// <summary>Steps and money decide what a file says, and a bank's depends on what persons have said of holds: what was done since makes another file.</summary>
    private string KeyOf(RunProgress progress, string format, BankLayout? layout)
    {
        var moment = ledger.Settlements.Moment();
        if (layout is null) return $"{progress.Run.Id} {format} {moment.Step}";
        using var view = ledger.OpenView();
        return $"{progress.Run.Id} {format} {layout.Id} {moment.Step} {moment.Disbursement} {view.HoldEntries(progress.Run.Autumn).Count}";
    }

    private Task<BuiltFile> Of(string key, RunProgress progress, string format, BankLayout? layout)
    {
        Sweep();
        lock (gate)
        {
            if (kept.TryGetValue(key, out var known) && !known.Built.IsFaulted) return known.Built;
            while (kept.Count >= Most) Remove(kept.MinBy(file => file.Value.Since).Key);
            var built = Task.Run(() => BuildAsync(progress, format, layout));
            kept[key] = new Kept(built, time.GetTimestamp(), layout is null ? ListsKept : BankKept);
            return built;
        }
    }

    private async Task<BuiltFile> BuildAsync(RunProgress progress, string format, BankLayout? layout)
    {
        await building.WaitAsync().ConfigureAwait(false);
        // Whoever cleans temporary folders may have taken it.
        if (!Directory.Exists(folder.FullName)) folder = Directory.CreateTempSubdirectory("meterpipeline-runs-");
        var path = Path.Combine(folder.FullName, Path.GetRandomFileName());
        try
        {
            var export = StoredRun.Of(ledger, () => policies, progress, settings.SupervisionPhone);
            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16);
            BankResult? bank = null;
            if (layout is not null) bank = BankFile.Write(StoredRun.ToPay(ledger, policies, export), layout, file);
            else if (format == "csv") RunWorkbook.WriteCsv(export, file, folder.FullName, _ => { });
            else RunWorkbook.Write(export, file, folder.FullName, _ => { });
            file.Position = 0;
            return new BuiltFile(path, StoredRun.NameOf(progress.Run, format, layout), Convert.ToHexStringLower(await SHA256.HashDataAsync(file).ConfigureAwait(false)), bank);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
        finally
        {
            building.Release();
        }
    }

    private void Sweep()
    {
        lock (gate)
            foreach (var (key, file) in kept.ToList())
                if (file.Built.IsFaulted || time.GetElapsedTime(file.Since) > file.For) Remove(key);
    }

    /// <summary>Under the lock. Whoever is reading the file reads on: it goes when the last has closed it.</summary>
    private void Remove(string key)
    {
        if (kept.Remove(key, out var gone))
            gone.Built.ContinueWith(built => { if (built.IsCompletedSuccessfully) File.Delete(built.Result.Path); }, TaskScheduler.Default);
    }

    private sealed record Kept(Task<BuiltFile> Built, long Since, TimeSpan For);
}
