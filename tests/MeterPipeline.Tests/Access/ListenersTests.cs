using System.Net;
using MeterPipeline.Access;
using MeterPipeline.Cli;
using MeterPipeline.Run;

namespace MeterPipeline.Tests.Access;

/// <summary>Who may be listened to: beyond loopback nobody that is not asked who they are.</summary>
public sealed class ListenersTests
{
    [Theory]
    [InlineData("127.0.0.1:1883", "127.0.0.1:8080", false, false, true)]
    [InlineData("[::1]:1883", "localhost:8080", false, false, true)]
    [InlineData("0.0.0.0:1883", "127.0.0.1:8080", false, true, false)]
    [InlineData("0.0.0.0:1883", "127.0.0.1:8080", true, false, true)]
    [InlineData("127.0.0.1:1883", "0.0.0.0:8080", true, true, false)]
    public void Beyond_loopback_there_must_be_users_and_pages_need_people(string mqtt, string web, bool users, bool certificates, bool allowed)
    {
        var listeners = Listeners.Of(new PipelineSettings(), mqtt, web);
        Assert.Equal(allowed, Allowed(listeners, users, certificates));
    }

    [Theory]
    [InlineData(false, true, false, false)]
    [InlineData(true, false, false, false)]
    [InlineData(true, true, false, true)]
    [InlineData(true, false, true, true)]
    public void Pages_beyond_loopback_need_somebody_who_can_sign_in_and_an_encrypted_way(bool people, bool tls, bool behindTls, bool allowed)
    {
        var listeners = Listeners.Of(new PipelineSettings { Web = new WebSettings { Tls = new KeyPairSettings { Certificate = tls ? "x" : "" } } }, null, "0.0.0.0:8080");
        Assert.Equal(allowed, Allowed(listeners, users: true, certificates: false, people, behindTls));
    }

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    public void The_port_with_tls_may_also_ask_for_certificates(bool users, bool certificates, bool allowed)
    {
        var settings = new PipelineSettings { Mqtt = new MqttSettings { Address = "", Tls = new MqttTlsSettings { Certificate = "x", Address = "0.0.0.0:8883" } } };
        var listeners = Listeners.Of(settings, null, null);
        Assert.Null(listeners.Mqtt);
        Assert.Equal(new IPEndPoint(IPAddress.Any, 8883), listeners.MqttTls);
        Assert.Equal(allowed, Allowed(listeners, users, certificates));
    }

    [Theory]
    [InlineData("1883")]
    [InlineData("here:1883")]
    [InlineData("")]
    public void What_is_no_address_is_named(string mqtt) =>
        Assert.Contains("ddress", Assert.Throws<CommandException>(() => Listeners.Of(new PipelineSettings(), mqtt, null)).Message, StringComparison.Ordinal);

    private static bool Allowed(Listeners listeners, bool users, bool certificates, bool people = false, bool behindTls = false)
    {
        try
        {
            listeners.Require(users, people, certificates, behindTls);
            return true;
        }
        catch (CommandException refused)
        {
            Assert.Contains("loopback", refused.Message, StringComparison.Ordinal);
            return false;
        }
    }
}
