using System.Net;
using MeterPipeline.Mqtt.Endpoint;
using MeterPipeline.Mqtt.Endpoint.Limits;

namespace MeterPipeline.Tests.Mqtt;

/// <summary>The decisions behind the endpoint's limits, without clock or socket.</summary>
public sealed class LimitsTests
{
    [Fact]
    public void A_rate_allows_a_burst_of_a_second_and_then_makes_up_for_what_was_taken()
    {
        var rate = new RateLimit(100);
        var now = TimeSpan.FromHours(1);
        Assert.Equal(TimeSpan.Zero, rate.Take(100, now));
        Assert.Equal(TimeSpan.FromSeconds(0.5), rate.Take(50, now));
        Assert.Equal(TimeSpan.FromSeconds(3.5), rate.Take(300, now));
        Assert.Equal(TimeSpan.FromSeconds(0.5), rate.Take(0, now + TimeSpan.FromSeconds(3)));
        // Time off does not save up for more than a second.
        Assert.Equal(TimeSpan.FromSeconds(1), rate.Take(200, now + TimeSpan.FromDays(1)));
    }

    [Fact]
    public void Over_any_time_no_more_than_the_rate_and_one_burst_passes()
    {
        var (rate, random, now, taken) = (new RateLimit(1_000), new Random(7), TimeSpan.Zero, 0L);
        while (now < TimeSpan.FromMinutes(10))
        {
            var count = random.Next(1, 5_000);
            taken += count;
            now += rate.Take(count, now) + TimeSpan.FromMilliseconds(random.Next(20));
            Assert.True(taken <= 1_000 * (now.TotalSeconds + 1) + 1, $"{taken} after {now}");
        }
    }

    [Fact]
    public void Without_a_limit_nobody_waits() => Assert.Equal(TimeSpan.Zero, new RateLimit(0).Take(long.MaxValue, TimeSpan.Zero));

    [Fact]
    public void One_address_has_so_many_places_and_all_together_have_so_many()
    {
        var places = new ConnectionPlaces(total: 5, perAddress: 2);
        var (a, b, c) = (IPAddress.Parse("192.0.2.1"), IPAddress.Parse("192.0.2.2"), IPAddress.Parse("192.0.2.3"));
        Assert.Null(places.Enter(a));
        Assert.Null(places.Enter(IPAddress.Parse("::ffff:192.0.2.1")));
        Assert.Equal("too-many-from-address", places.Enter(a));
        Assert.Null(places.Enter(b));
        Assert.Null(places.Enter(b));
        Assert.Null(places.Enter(c));
        Assert.Equal("too-many-connections", places.Enter(c));
        places.Leave(a);
        Assert.Null(places.Enter(a));
        Assert.Equal(5, places.Taken);
    }

    [Fact]
    public void An_ipv6_network_is_one_address_and_loopback_is_held_to_the_total_only()
    {
        var places = new ConnectionPlaces(total: 4, perAddress: 1);
        Assert.Null(places.Enter(IPAddress.Parse("2001:db8::1")));
        Assert.Equal("too-many-from-address", places.Enter(IPAddress.Parse("2001:db8::ffff:2")));
        Assert.Null(places.Enter(IPAddress.Parse("2001:db8:0:1::1")));
        Assert.Null(places.Enter(IPAddress.Loopback));
        Assert.Null(places.Enter(IPAddress.Loopback));
        Assert.Equal("too-many-connections", places.Enter(IPAddress.IPv6Loopback));
    }

    [Fact]
    public async Task Whoever_is_at_the_limit_waits_until_enough_is_committed()
    {
        var inflight = new Inflight(10);
        inflight.Begin(25);
        var waiting = inflight.WaitForRoomAsync(default).AsTask();
        inflight.End(15);
        await Task.Delay(50);
        Assert.False(waiting.IsCompleted);
        inflight.End(1);
        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(9, inflight.Count);
    }

    [Theory]
    [InlineData(0, 1, "MaxConnectionsPerAddress")]
    [InlineData(1, 0, "ConnectionInflightMax")]
    public void A_value_out_of_range_is_named(int perAddress, int inflight, string name)
    {
        var options = new EndpointOptions { Admission = new AdmissionOptions { MaxConnectionsPerAddress = perAddress, ConnectionInflightMax = inflight } };
        Assert.Contains(name, Assert.Throws<ArgumentException>(options.Validate).Message, StringComparison.Ordinal);
        var company = new AdmissionOptions { Companies = { ["north"] = new CompanyLimits { MaxPacketBytes = 5 } } };
        Assert.Contains("Companies:north:MaxPacketBytes", Assert.Throws<ArgumentException>(company.Validate).Message, StringComparison.Ordinal);
    }
}
