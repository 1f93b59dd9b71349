using MeterPipeline.Mqtt;
using MeterPipeline.Mqtt.Subscriber;
using MeterPipeline.Sinks;
#if ADAPTERS
using MeterPipeline.Adapters;
#endif

namespace MeterPipeline.Run;

/// <summary>Which client speaks to a broker and to InfluxDB: our own, or that of a package where this build has it (src/Adapters).</summary>
internal static class Clients
{
    private const string Own = "own";
    private const string MqttNet = "mqttnet";
    private const string InfluxClient = "influxdb-client";

#if ADAPTERS
    private const bool HasAdapters = true;
#else
    private const bool HasAdapters = false;
#endif

    /// <exception cref="ArgumentException">This build does not have the client that the settings name; names the setting and the remedy.</exception>
    internal static void Validate(PipelineSettings settings)
    {
        foreach (var subscriber in settings.Subscribers) Require($"Subscribers: Client of {subscriber.Name}", subscriber.Client, MqttNet);
        Require("Influx:Client", settings.Influx.Client, InfluxClient);
        if (settings.Influx is { Client: InfluxClient, Api: not InfluxApi.V2 }) throw new ArgumentException("Influx:Client influxdb-client needs Influx:Api V2: that client speaks nothing else.");
    }

    internal static IBrokerSource Source(SubscriberOptions options, IReceiver receiver, TimeProvider time, ILoggerFactory logs) =>
#if ADAPTERS
        options.Client == MqttNet ? new ManagedClientSource(options, receiver, time, logs.CreateLogger<ManagedClientSource>()) :
#endif
        new Subscriber(options, receiver, time, logs.CreateLogger<Subscriber>());

    internal static ISink Sink(InfluxSettings settings, InfluxOptions options, TimeProvider time) =>
#if ADAPTERS
        settings.Client == InfluxClient ? new InfluxClientSink(options, time) :
#endif
        new InfluxWriter(options, time);

    private static void Require(string setting, string client, string adapter)
    {
        if (client == Own || (client == adapter && HasAdapters)) return;
        throw new ArgumentException(client == adapter
            ? $"{setting} is {client}, which this build does not have: build with -p:Adapters=true, or take {Own}."
            : $"{setting} is {client}; allowed are {Own} and {adapter}.");
    }
}
