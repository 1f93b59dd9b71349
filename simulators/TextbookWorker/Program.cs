using System.Globalization;
using System.Net;
using TextbookWorker;

if (args is not [var broker, var filter, var write] || !IPEndPoint.TryParse(broker, out var endpoint) || !Uri.TryCreate(write, UriKind.Absolute, out var url))
{
    Console.Error.WriteLine("Usage: textbook-worker ADDRESS:PORT TOPIC-FILTER WRITE-URL\n"
        + "Such as: 127.0.0.1:1883 metering/v1/+/+/reading 'http://127.0.0.1:8086/write?db=metering&precision=ms'");
    return 2;
}
try
{
    using var subscription = await Subscription.OpenAsync(endpoint, filter);
    using var worker = new Worker(subscription, url) { Written = total => Console.WriteLine(total.ToString(CultureInfo.InvariantCulture)) };
    Console.WriteLine($"Ready: {filter} at {endpoint}");
    await worker.RunAsync();
    return 0;
}
catch (Exception problem) when (problem is IOException or HttpRequestException or System.Net.Sockets.SocketException or System.Text.Json.JsonException)
{
    Console.Error.WriteLine(problem.Message);
    return 1;
}
