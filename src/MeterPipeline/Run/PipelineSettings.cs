using MeterPipeline.Access;
using MeterPipeline.Cli;
using MeterPipeline.Ingest;
using MeterPipeline.Ingest.Intake;
using MeterPipeline.Mqtt.Endpoint;
using MeterPipeline.Mqtt.Subscriber;
using MeterPipeline.Policies;
using MeterPipeline.Profiles;
using MeterPipeline.Sinks;
using MeterPipeline.Web.Access;

namespace MeterPipeline.Run;

/// <summary>
/// Settings of <c>run</c>: section <c>MeterPipeline</c> of appsettings.json, environment variables such as
/// <c>MeterPipeline__Influx__Url</c>, and the command line, which wins.
/// </summary>
public sealed record PipelineSettings
{
    public MqttSettings Mqtt { get; init; } = new();

    public WebSettings Web { get; init; } = new();

    /// <summary>InfluxDB; without an <see cref="InfluxSettings.Url"/> nothing is projected.</summary>
    public InfluxSettings Influx { get; init; } = new();

    public IntakeOptions Intake { get; init; } = new();

    public QuarantineOptions Quarantine { get; init; } = new();

    /// <summary>Folder of profiles for head-ends that keep their own format; empty: none.</summary>
    public string Profiles { get; init; } = "";

    /// <summary>External brokers to take readings from.</summary>
    public List<SubscriberOptions> Subscribers { get; init; } = [];

    /// <exception cref="CommandException">A value cannot be used; names the setting and the remedy.</exception>
    /// <exception cref="PolicyException">A profile cannot be used: every problem with file, line and column.</exception>
    public static PipelineSettings Read(IConfiguration configuration)
    {
        try
        {
            var settings = configuration.GetSection("MeterPipeline").Get<PipelineSettings>() ?? new PipelineSettings();
            settings.Mqtt.Limits.Validate();
            settings.Quarantine.Validate();
            settings.Mqtt.Tls.Validate();
            settings.Mqtt.Accounts.Validate();
            settings.Web.Tls.Validate("Web:Tls");
            settings.Web.ValidateAccess();
            settings.Influx.ToOptions()?.Validate();
            settings.Intake.Validate();
            foreach (var subscriber in settings.Subscribers) subscriber.Validate();
            Clients.Validate(settings);
            return settings.Profiles.Length == 0 ? settings : settings with { Intake = settings.Intake with { Profiles = ProfileFiles.Load(settings.Profiles) } };
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or UriFormatException)
        {
            throw new CommandException($"The configuration cannot be used: {error.Message}");
        }
    }
}

/// <summary>The built-in MQTT endpoint.</summary>
public sealed class MqttSettings
{
    /// <summary>Where to listen without TLS. Empty: nowhere.</summary>
    public string Address { get; init; } = "127.0.0.1:1883";

    public MqttTlsSettings Tls { get; init; } = new();

    /// <summary>How publishers prove who they are.</summary>
    public AccountSettings Accounts { get; init; } = new();

    public EndpointOptions Limits { get; init; } = new();
}

/// <summary>Pages, API and metrics.</summary>
public sealed record WebSettings : AccessOptions
{
    public string Address { get; init; } = "127.0.0.1:8080";

    /// <summary>With a certificate the address above speaks https instead of http.</summary>
    public KeyPairSettings Tls { get; init; } = new();
}

/// <summary>Where and how to write to InfluxDB; see <see cref="InfluxOptions"/>.</summary>
public sealed class InfluxSettings
{
    public string Url { get; init; } = "";

    /// <summary><c>own</c> (default), or <c>influxdb-client</c> where the build has it.</summary>
    public string Client { get; init; } = "own";
    public InfluxApi Api { get; init; } = InfluxApi.V1;
    public string Database { get; init; } = "metering";
    public bool CreateDatabase { get; init; }
    public string User { get; init; } = "";
    public string Password { get; init; } = "";
    public string Bucket { get; init; } = "";
    public string Org { get; init; } = "";
    public string Token { get; init; } = "";
    public bool? Gzip { get; init; }

    /// <summary>Null where no server is named.</summary>
    public InfluxOptions? ToOptions() => Url.Length == 0 ? null : new InfluxOptions
    {
        Url = new Uri(Url),
        Api = Api,
        Database = Database,
        CreateDatabase = CreateDatabase,
        User = User,
        Password = Password,
        Bucket = Bucket,
        Org = Org,
        Token = Token,
        Gzip = Gzip,
    };
}
