using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Validation;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Api;
using MeterPipeline.Web.Assets;
using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Exports;
using MeterPipeline.Web.Health;
using MeterPipeline.Web.Pages;
using MeterPipeline.Web.Registry;
using MeterPipeline.Web.Replays;
using MeterPipeline.Web.Reports;
using MeterPipeline.Web.Settlements;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Web;

/// <summary>The room's entry points: services first, then the routes.</summary>
public static class MeterWeb
{
    /// <summary>Registers what pages, API and metrics read. A <see cref="TimeProvider"/> of the host is used where it has one.</summary>
    /// <param name="ledger">Stays the caller's to dispose.</param>
    /// <param name="readiness">Asked at each /readyz, from any thread; must be quick.</param>
    /// <param name="metrics">Asked at each /metrics, from any thread; samples of one name share help and type.</param>
    /// <param name="rules">What certificates go by; null: the defaults.</param>
    /// <param name="access">Who is let in; null: the defaults.</param>
    /// <param name="passwords">Shared with whoever else checks passwords in this process; null: one at a time here.</param>
    /// <param name="boards">What the boards of households go by; null: the defaults, and no budget.</param>
    /// <param name="replay">Decodes quarantined messages again; null: pages do not offer it.</param>
    /// <param name="settlements">What files of settlements say and which banks are paid through; null: the defaults, and no bank.</param>
    public static IServiceCollection AddMeterWeb(
        this IServiceCollection services, ILedger ledger, PolicyBook policies, Func<ReadinessReport> readiness, Func<IEnumerable<MetricSample>> metrics,
        RuleSettings? rules = null, AccessOptions? access = null, Func<PasswordChecks>? passwords = null, BoardSettings? boards = null,
        SettlementSettings? settlements = null, Replay? replay = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new SeasonBoards(ledger, policies, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new QualityBoards(ledger, provider.GetRequiredService<JournalTail>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(new JournalTail(ledger));
        services.AddHostedService<Follower>();
        services.AddSingleton(provider => new HouseholdDesk(provider.GetRequiredService<JournalTail>(), policies, rules ?? RuleSettings.Default, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new UseBoards(
            ledger, policies, boards ?? BoardSettings.Default, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<UseBoards>>()));
        services.AddSingleton(provider => new CurveDesk(provider.GetRequiredService<JournalTail>(), policies, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ReportDesk>(
            provider, (Func<int, UseBoard?>)provider.GetRequiredService<UseBoards>().Of, (boards ?? BoardSettings.Default).Budgets));
        services.AddSingleton(provider => new HoldActions(ledger, policies, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(new QuarantineSearch(ledger));
        services.AddSingleton(provider => new PipelineHealth(ledger, readiness, metrics, provider.GetRequiredService<TimeProvider>()));
        services.AddSettlements(policies, settlements ?? SettlementSettings.Default);
        services.AddSingleton<AssetFiles>();
        services.AddAccess(ledger, access ?? new AccessOptions(), passwords);
        services.AddRegistry(ledger);
        services.AddReplays(ledger, replay);
        services.AddProblemDetails();
        services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        services.AddOpenApi("v1", options => options.AddOperationTransformer(ApiDescriptions.Describe));
        return services;
    }

    /// <summary>Adds security headers, pages, assets, <c>/api/v1</c>, <c>/healthz</c>, <c>/readyz</c>, <c>/metrics</c> and <c>/openapi/v1.json</c>.</summary>
    public static WebApplication MapMeterWeb(this WebApplication app)
    {
        app.UseForwarding();
        app.Use(SecurityHeaders.Add);
        app.UseExceptionHandler(branch => branch.Run(ErrorPages.Failed));
        app.UseStatusCodePages(ErrorPages.Missing);
        app.UseAccess();
        AssetEndpoints.Map(app);
        HealthEndpoints.Map(app);
        ApiEndpoints.Map(app);
        PageEndpoints.Map(app);
        ReportPages.Map(app);
        ExportEndpoints.Map(app);
        RegistryEndpoints.Map(app);
        SettlementEndpoints.Map(app);
        ReplayEndpoints.Map(app);
        app.MapAccess();
        app.MapOpenApi("/openapi/{documentName}.json").OpenToAll();
        return app;
    }
}
