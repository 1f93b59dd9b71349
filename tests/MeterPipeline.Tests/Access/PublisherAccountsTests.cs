using System.Net;
using System.Text;
using MeterPipeline.Access;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Mqtt.Endpoint;
using MeterPipeline.Tests.Ledger;
using MeterPipeline.Tests.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeterPipeline.Tests.Access;

/// <summary>Who is let in: users in a real ledger, on a clock that moves when it is told.</summary>
public sealed class PublisherAccountsTests : IDisposable
{
    private const string Password = "a long enough one";

    private static readonly IPAddress Elsewhere = IPAddress.Parse("192.0.2.7");
    private static readonly string Hash = CheapPassword.Hash(Password);

    private readonly SqliteFolder folder = new();
    private readonly ManualClock clock = new();
    private readonly ILedger ledger;

    public PublisherAccountsTests()
    {
        ledger = folder.Open();
        var change = new RegistryChange();
        change.Companies.Add(new Company("north", "North", Energy.Electricity));
        ledger.ChangeRegistry(change, "test", 0);
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(AnonymousAccess.UntilUsers, true, false)]
    [InlineData(AnonymousAccess.Never, false, false)]
    [InlineData(AnonymousAccess.Loopback, true, true)]
    public async Task Without_credentials_only_loopback_gets_in_and_by_default_only_until_there_is_a_user(AnonymousAccess anonymous, bool before, bool after)
    {
        using var accounts = Accounts(new AccountSettings { Anonymous = anonymous });
        var admission = await accounts.AuthenticateAsync(Show(null, "", IPAddress.Loopback), default);
        Assert.Equal(before, admission.Identity is not null);
        Assert.Null(admission.Identity?.Company);
        Assert.Null((await accounts.AuthenticateAsync(Show(null, "", Elsewhere), default)).Identity);

        Put(enabled: false);
        Assert.Equal(after, (await accounts.AuthenticateAsync(Show(null, "", IPAddress.Loopback), default)).Identity is not null);
        if (admission.Identity is { } connected) Assert.Equal(after, accounts.StillHolds(connected));
    }

    [Fact]
    public async Task A_publisher_belongs_to_its_company_until_it_is_disabled_or_its_password_changes()
    {
        Put();
        using var accounts = Accounts();
        var identity = (await accounts.AuthenticateAsync(Show("pub", Password, Elsewhere), default)).Identity!;
        Assert.Equal("north", identity.Company);
        Assert.True(accounts.StillHolds(identity));

        Put(hash: CheapPassword.Hash("another long one"));
        Assert.False(accounts.StillHolds(identity));
        Put();
        Assert.True(accounts.StillHolds(identity));
        Put(enabled: false);
        Assert.False(accounts.StillHolds(identity));
        Assert.Equal("bad-password", (await Answered(accounts.AuthenticateAsync(Show("pub", Password, Elsewhere), default))).Reason);
    }

    [Theory]
    [InlineData("pub", "the wrong password")]
    [InlineData("nobody", Password)]
    [InlineData("not a name\n", Password)]
    public async Task What_is_wrong_is_answered_late_and_all_alike(string user, string password)
    {
        Put();
        using var accounts = Accounts();
        var asked = accounts.AuthenticateAsync(Show(user, password, Elsewhere), default).AsTask();
        await Task.Delay(100);
        Assert.False(asked.IsCompleted);
        var admission = await Answered(new(asked));
        Assert.Equal(("bad-password", Denial.BadUserOrPassword), (admission.Reason, admission.Denial));
        Assert.DoesNotContain(user, admission.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_so_many_failures_the_user_is_locked_out_at_that_address_only()
    {
        Put();
        using var accounts = Accounts(new AccountSettings { FailuresMax = 2, LockSeconds = 60 });
        for (var n = 0; n < 2; n++) Assert.Equal("bad-password", (await Answered(accounts.AuthenticateAsync(Show("pub", "wrong", Elsewhere), default))).Reason);
        Assert.Equal("locked-out", (await accounts.AuthenticateAsync(Show("pub", Password, Elsewhere), default)).Reason);
        Assert.NotNull((await accounts.AuthenticateAsync(Show("pub", Password, IPAddress.Parse("192.0.2.8")), default)).Identity);
        clock.Advance(TimeSpan.FromSeconds(61));
        Assert.NotNull((await accounts.AuthenticateAsync(Show("pub", Password, Elsewhere), default)).Identity);
    }

    [Fact]
    public async Task Known_passwords_cost_nothing_the_second_time()
    {
        Put();
        using var accounts = Accounts();
        for (var n = 0; n < 100; n++) Assert.NotNull((await accounts.AuthenticateAsync(Show("pub", Password, Elsewhere), default)).Identity);
        Assert.Equal(1, accounts.Derived);
    }

    private PublisherAccounts Accounts(AccountSettings? settings = null) =>
        new(ledger, settings ?? new AccountSettings(), null, clock, NullLogger<PublisherAccounts>.Instance);

    /// <summary>As another process would; seen at the next look.</summary>
    private void Put(bool enabled = true, string? hash = null)
    {
        folder.Open().PutUser(new User("pub", Role.Company, "north", [], hash ?? Hash, false, enabled, 0, 0), "test", 0);
        clock.Advance(TimeSpan.FromSeconds(1));
    }

    /// <summary>Turns the clock until the answer is there.</summary>
    private async Task<Admission> Answered(ValueTask<Admission> asked)
    {
        for (var task = asked.AsTask(); ; clock.Advance(TimeSpan.FromMilliseconds(100)))
            if (await Task.WhenAny(task, Task.Delay(10)) == task) return await task;
    }

    private static Credentials Show(string? user, string password, IPAddress address) => new("client", user, Encoding.UTF8.GetBytes(password), address, null);
}
