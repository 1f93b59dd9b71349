using MeterPipeline.Adapters;
using MeterPipeline.Mqtt.Subscriber;
using MeterPipeline.ServerTests.Mqtt;
using MeterPipeline.ServerTests.Sinks;
using MeterPipeline.Sinks;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeterPipeline.ServerTests.Adapters;

/// <summary>MQTTnet's managed client keeps what our own subscriber keeps.</summary>
public sealed class ManagedClientSourceTests : BrokerSourceContract
{
    protected override IBrokerSource Open(SubscriberOptions options) =>
        new ManagedClientSource(options, Receiver, TimeProvider.System, NullLogger<ManagedClientSource>.Instance);
}

/// <summary>InfluxDB.Client keeps what our own writer keeps over v2.</summary>
public sealed class InfluxClientSinkTests : InfluxV2Tests
{
    protected override ISink Open(InfluxOptions options) => new InfluxClientSink(options);

    [Fact]
    public void The_v1_interface_is_refused() => Assert.Contains("Api V2", Assert.Throws<ArgumentException>(() => new InfluxClientSink(new InfluxOptions())).Message, StringComparison.Ordinal);
}
