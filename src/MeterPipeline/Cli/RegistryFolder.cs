using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Import;

namespace MeterPipeline.Cli;

/// <summary>A folder with a whole registry as four CSV files, as the simulators write it.</summary>
internal static class RegistryFolder
{
    /// <exception cref="CommandException">A row cannot be taken; names file, line and reason.</exception>
    internal static void Import(ILedger ledger, string folder, string actor)
    {
        foreach (var kind in (ReadOnlySpan<RegistryFile>)[RegistryFile.Divisions, RegistryFile.Companies, RegistryFile.Households, RegistryFile.Meters])
        {
            var path = Path.Combine(folder, $"{Columns.Word(kind)}.csv");
            using var content = File.OpenRead(path);
            var result = RegistryCsv.Import(ledger, kind, content, actor, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
            if (!result.Clean) throw new CommandException($"{path}:{result.Problems[0].Line}: {result.Problems[0].Reason}", ExitCode.Difference);
        }
    }
}
