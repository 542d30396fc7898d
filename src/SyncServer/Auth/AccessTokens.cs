using System.Text;
using Google.Protobuf.WellKnownTypes;
using KhsCrm.Contracts.Values;
using KhsCrm.Storage.Sessions;
using KhsCrm.SyncServer.Callers;
using KhsCrm.SyncServer.Errors;
using KhsCrm.V1;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace KhsCrm.SyncServer.Auth;

/// <summary>Issues and checks access tokens: JWTs signed with HMAC-SHA256.</summary>
internal sealed class AccessTokens
{
    private const string Issuer = "khscrm";
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly AuthOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly SigningCredentials _signing;
    private readonly TokenValidationParameters _validation;

    public AccessTokens(IOptions<AuthOptions> options, TimeProvider timeProvider)
    {
        (_options, _timeProvider) = (options.Value, timeProvider);
        SymmetricSecurityKey[] keys = [.. _options.SigningKeys.Select(key => new SymmetricSecurityKey(Encoding.UTF8.GetBytes(key)))];
        _signing = new SigningCredentials(keys[0], SecurityAlgorithms.HmacSha256);
        _validation = new TokenValidationParameters
        {
            ValidIssuer = Issuer,
            ValidAudience = Issuer,
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            IssuerSigningKeys = keys,
            RequireExpirationTime = true,
            LifetimeValidator = (_, expires, _, _) => expires > _timeProvider.GetUtcNow().UtcDateTime,
        };
    }

    public Tokens Issue(IssuedSession session)
    {
        var (token, expiresAt) = IssueAccess(session);
        return new Tokens
        {
            AccessToken = token,
            AccessTokenExpiresAt = Timestamp.FromDateTime(expiresAt),
            RefreshToken = session.RefreshToken,
            RefreshTokenExpiresAt = Timestamp.FromDateTime(session.ExpiresAt),
        };
    }

    /// <summary>Issues an access token alone.</summary>
    public (string Token, DateTime ExpiresAt) IssueAccess(IssuedSession session)
    {
        var now = _timeProvider.GetUtcNow().UtcDateTime;
        var expiresAt = now + _options.AccessTokenLifetime;
        var token = _handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Issuer,
            IssuedAt = now,
            Expires = expiresAt,
            SigningCredentials = _signing,
            Claims = new Dictionary<string, object>
            {
                [JwtRegisteredClaimNames.Sub] = session.User.Id,
                [JwtRegisteredClaimNames.Sid] = session.FamilyId.ToString(),
                ["role"] = (int)session.User.Role,
            },
        });
        return (token, expiresAt);
    }

    /// <exception cref="RpcFault">The token is forged, expired or none.</exception>
    public async Task<CurrentUser> ValidateAsync(string? token)
    {
        if (string.IsNullOrEmpty(token))
            throw new RpcFault(ErrorReason.AccessTokenInvalid, "the call has no access token");
        var result = await _handler.ValidateTokenAsync(token, _validation);
        if (!result.IsValid
            || !result.Claims.TryGetValue(JwtRegisteredClaimNames.Sub, out var subject)
            || !Uuid.TryParse(subject as string, out var id)
            || !result.Claims.TryGetValue(JwtRegisteredClaimNames.Sid, out var session)
            || !Uuid.TryParse(session as string, out var sessionId)
            || !result.Claims.TryGetValue("role", out var role)
            || role is not (int or long))
        {
            throw new RpcFault(ErrorReason.AccessTokenInvalid, "the access token is forged or has expired");
        }

        var expiresAt = new DateTimeOffset(DateTime.SpecifyKind(result.SecurityToken.ValidTo, DateTimeKind.Utc));
        return new CurrentUser(
            id, (Role)Convert.ToInt32(role, System.Globalization.CultureInfo.InvariantCulture), sessionId, expiresAt);
    }
}
