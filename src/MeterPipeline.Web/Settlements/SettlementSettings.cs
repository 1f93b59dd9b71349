using MeterPipeline.Domain.Policies;
using MeterPipeline.Ledger;
using MeterPipeline.Web.Exports.Bank;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Web.Settlements;

/// <summary>What files of settlements say beside the run.</summary>
/// <param name="SupervisionPhone">监督电话 on the public notice; empty: left open for writing.</param>
/// <param name="Layouts">Of the banks that are paid through; empty: no bank file can be made.</param>
public sealed record SettlementSettings(string SupervisionPhone, IReadOnlyList<BankLayout> Layouts)
{
    public static SettlementSettings Default { get; } = new("", []);
}

internal static class SettlementWiring
{
    public static void AddSettlements(this IServiceCollection services, PolicyBook policies, SettlementSettings settings)
    {
        services.AddSingleton<RunDesk>();
        services.AddSingleton<SettlementDesk>();
        services.AddSingleton(provider => new RunFiles(provider.GetRequiredService<ILedger>(), policies, settings, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new SettlementDrafts(
            provider.GetRequiredService<ILedger>(), policies, settings, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<SettlementDrafts>>()));
    }
}
