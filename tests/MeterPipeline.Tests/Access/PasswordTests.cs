using System.Text;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;

namespace MeterPipeline.Tests.Access;

public sealed class PasswordTests
{
    private static readonly byte[] Right = Encoding.UTF8.GetBytes("correct horse 电");
    private static readonly byte[] Wrong = Encoding.UTF8.GetBytes("correct horse 气");

    [Fact]
    public void A_stored_password_names_its_cost_holds_nothing_of_the_password_and_is_never_the_same_twice()
    {
        var (one, two) = (PasswordHash.Create(Right), PasswordHash.Create(Right));
        Assert.StartsWith("pbkdf2-sha256$600000$", one, StringComparison.Ordinal);
        Assert.NotEqual(one, two);
        Assert.DoesNotContain("horse", one, StringComparison.Ordinal);
        Assert.True(PasswordHash.Verify(Right, one));
        Assert.False(PasswordHash.Verify(Wrong, one));
        Assert.False(PasswordHash.Verify(Right, PasswordHash.Nobody));
    }

    [Fact]
    public void The_derivation_is_the_one_that_everybody_else_has()
    {
        // RFC 7914, section 11, first test vector of PBKDF2-HMAC-SHA-256 (its first 32 bytes).
        var salt = Convert.ToBase64String("salt"u8);
        var hash = Convert.ToBase64String(Convert.FromHexString("55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"));
        Assert.True(PasswordHash.Verify("passwd"u8, $"pbkdf2-sha256$1${salt}${hash}"));
    }

    [Theory]
    [InlineData("eleven char")]
    [InlineData("")]
    public void Short_passwords_are_refused_without_being_repeated(string password)
    {
        var error = Assert.Throws<ArgumentException>(() => PasswordHash.Create(Encoding.UTF8.GetBytes(password)));
        Assert.Contains("use 12 to 256", error.Message, StringComparison.Ordinal);
        if (password.Length > 0) Assert.DoesNotContain(password, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("md5$1$AAAA$AAAA")]
    [InlineData("pbkdf2-sha256$0$AAAA$AAAA")]
    public void A_stored_text_of_no_known_form_is_an_error(string stored) =>
        Assert.Throws<LedgerException>(() => PasswordHash.Verify(Right, stored));

    [Fact]
    public async Task A_thousand_that_come_back_together_cost_one_check()
    {
        using var checks = new PasswordChecks(atOnce: 1, waitingMax: 10);
        var user = Publisher(CheapPassword.Hash("correct horse 电"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => Task.Run(() => checks.CheckAsync(user, Right).AsTask())));
        Assert.All(answers, Assert.True);
        Assert.True(checks.IsKnown(user, Right));
        Assert.Equal(1, checks.Derived);
    }

    [Fact]
    public async Task What_was_wrong_is_not_remembered_as_right_and_a_password_set_anew_forgets()
    {
        using var checks = new PasswordChecks(atOnce: 2, waitingMax: 10);
        var user = Publisher(CheapPassword.Hash("correct horse 电"));
        Assert.False(await checks.CheckAsync(user, Wrong));
        Assert.False(checks.IsKnown(user, Wrong));
        Assert.True(await checks.CheckAsync(user, Right));
        Assert.False(checks.IsKnown(user, Wrong));
        Assert.False(checks.IsKnown(user with { Hash = CheapPassword.Hash("correct horse 气") }, Right));
        Assert.False(await checks.CheckAsync(null, Right));
    }

    [Fact]
    public async Task More_than_may_wait_are_sent_away()
    {
        using var checks = new PasswordChecks(atOnce: 1, waitingMax: 1);
        var user = Publisher(PasswordHash.Nobody);
        var running = Enumerable.Range(0, 2).Select(n => checks.CheckAsync(user, Encoding.UTF8.GetBytes($"{n}")).AsTask()).ToList();
        Assert.Null(await checks.CheckAsync(user, "3"u8.ToArray()));
        Assert.All(await Task.WhenAll(running), Assert.False);
    }

    private static User Publisher(string hash) => new("p", Role.Company, "north", [], hash, false, true, 0, 0);
}
