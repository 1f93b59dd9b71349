using MeterPipeline.Mqtt.Endpoint;

namespace MeterPipeline.Tests.Mqtt;

/// <summary>Lets everybody with the password <c>right</c> in as the company that the user is named after.</summary>
internal sealed class UserIsCompany : IAuthenticator
{
    /// <summary>Account that may not stay.</summary>
    internal string Revoked { get; set; } = "";

    public ValueTask<Admission> AuthenticateAsync(Credentials credentials, CancellationToken cancel) => ValueTask.FromResult(
        credentials.Password.Span.SequenceEqual("right"u8)
            ? new Admission(new Identity(credentials.User, credentials.User!))
            : Admission.Refuse(Denial.BadUserOrPassword, "wrong-password", $"Not {credentials.User}."));

    public bool StillHolds(Identity identity) => identity.Account != Revoked;
}
