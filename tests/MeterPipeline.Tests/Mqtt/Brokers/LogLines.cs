using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Tests.Mqtt.Brokers;

/// <summary>Keeps what is logged, each line behind its level.</summary>
internal sealed class LogLines<T> : ILogger<T>
{
    internal ConcurrentQueue<string> Written { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Written.Enqueue($"{logLevel}: {formatter(state, exception)}");
}
