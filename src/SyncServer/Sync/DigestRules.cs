using KhsCrm.Contracts.Values;
using KhsCrm.Storage.Deltas;
using KhsCrm.SyncServer.Errors;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Sync;

/// <summary>What a DigestRequest must be: the answer, and the work for it, are bounded.</summary>
internal static class DigestRules
{
    private const int MaxBits = 16;
    private const int MaxBuckets = 131_072;
    private const int MaxCompleteBuckets = 512;

    /// <exception cref="RpcFault">It is not; the fault names the fields.</exception>
    public static void Check(DigestRequest request, KindSet kinds)
    {
        List<FieldViolation> violations = [];
        if (request.Entities.Count == 0 && kinds.Except(KindSet.Of(EntityType.ActivityLog)).IsEmpty)
            violations.Add(new("digest_request.entities", "nothing that the stream carries can be digested"));
        for (var i = 0; i < request.Entities.Count; i++)
            violations.AddRange(CheckEntity($"digest_request.entities[{i}]", request.Entities[i], kinds));
        if (request.Entities.DistinctBy(entity => entity.EntityType).Count() < request.Entities.Count)
            violations.Add(new("digest_request.entities", "must name each kind at most once"));
        if (violations.Count > 0)
            throw new RpcFault(violations);
        if (request.Entities.Sum(entity => 1L << entity.BucketBits) > MaxBuckets)
            throw LimitExceeded("buckets", MaxBuckets);
        if (request.Entities.Sum(entity => (long)entity.Buckets.Count) > MaxCompleteBuckets)
            throw LimitExceeded("complete buckets", MaxCompleteBuckets);
    }

    private static IEnumerable<FieldViolation> CheckEntity(
        string field, EntityDigestRequest entity, KindSet kinds)
    {
        if (entity.EntityType == EntityType.ActivityLog || !kinds.Contains(entity.EntityType))
            yield return new($"{field}.entity_type", "must be a kind that the stream carries, and not ActivityLog");
        if (entity.BucketBits is < 0 or > MaxBits)
            yield return new($"{field}.bucket_bits", $"must be 0 to {MaxBits}");
        else if (entity.Buckets.Any(bucket => bucket < 0 || bucket >= 1 << entity.BucketBits))
            yield return new($"{field}.buckets", "must be 0 to 2^bucket_bits - 1");
    }

    private static RpcFault LimitExceeded(string what, int limit) => new(
        ErrorReason.LimitExceeded, $"a digest request has at most {limit} {what}", ("limit", $"{limit}"));
}
