using System.Net;
using System.Threading.RateLimiting;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;

namespace MeterPipeline.Web.Access;

/// <summary>What signing in and the gate add to the services, the pipeline of a request, and the routes.</summary>
internal static class AccessWiring
{
    private const int ChecksWaitingMax = 200;

    public static void AddAccess(this IServiceCollection services, ILedger ledger, AccessOptions options, Func<PasswordChecks>? passwords)
    {
        services.AddSingleton(ledger);
        services.AddSingleton(options);
        services.AddSingleton<Accounts>();
        services.AddSingleton<Sessions>();
        services.AddHostedService(provider => provider.GetRequiredService<Sessions>());
        services.AddSingleton<Visitors>();
        services.AddSingleton<Unmasking>();
        services.AddSingleton<Gate>();
        if (passwords is null) services.AddSingleton(_ => new PasswordChecks(atOnce: 1, ChecksWaitingMax));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<SignIns>(provider, passwords ?? provider.GetRequiredService<PasswordChecks>));
        services.AddRateLimiter(limits => Limit(limits, options));
    }

    /// <summary>First of all: who asks, and whether the way here was encrypted, as a proxy that is configured says it.</summary>
    public static void UseForwarding(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<AccessOptions>();
        if (options.ForwardedFrom.Count > 0)
        {
            var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor };
            forwarded.KnownIPNetworks.Clear();
            forwarded.KnownProxies.Clear();
            foreach (var proxy in options.ForwardedFrom) forwarded.KnownProxies.Add(IPAddress.Parse(proxy));
            app.UseForwardedHeaders(forwarded);
        }
        if (!options.BehindTls) return;
        app.Use((context, next) =>
        {
            context.Request.Scheme = "https";
            return next(context);
        });
    }

    public static void UseAccess(this WebApplication app)
    {
        app.UseRateLimiter();
        app.Use(app.Services.GetRequiredService<Gate>().PassAsync);
    }

    public static void MapAccess(this WebApplication app)
    {
        SignInEndpoints.Map(app);
        UserEndpoints.Map(app);
        LogEndpoints.Map(app);
        Unmasking.Map(app);
    }

    /// <summary>What changes something is counted per address; reading is bounded by what boards keep.</summary>
    private static void Limit(RateLimiterOptions limits, AccessOptions options)
    {
        limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, IPAddress>(context => HttpMethods.IsPost(context.Request.Method)
            ? RateLimitPartition.GetFixedWindowLimiter(
                context.Connection.RemoteIpAddress ?? IPAddress.None,
                _ => new FixedWindowRateLimiterOptions { PermitLimit = options.FormsPerMinute, Window = TimeSpan.FromMinutes(1) })
            : RateLimitPartition.GetNoLimiter(IPAddress.None));
        limits.OnRejected = async (rejected, _) =>
        {
            var context = rejected.HttpContext;
            context.Response.Headers.RetryAfter = "60";
            if (ErrorPages.IsForPrograms(context)) await Results.Problem(statusCode: StatusCodes.Status429TooManyRequests).ExecuteAsync(context).ConfigureAwait(false);
            else await Busy(context).ExecuteAsync(context).ConfigureAwait(false);
        };
    }

    private static IResult Busy(HttpContext context)
    {
        var frame = ErrorPages.Frame(context);
        return ErrorPages.Message(frame, frame.Texts.Access.TooManyTitle, frame.Texts.Access.TooManyText, StatusCodes.Status429TooManyRequests);
    }
}
