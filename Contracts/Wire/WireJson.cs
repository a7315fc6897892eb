using System.Text.Json;
using System.Text.Json.Serialization;
using Contracts.Messages;
using Contracts.Vocabulary;

namespace Contracts.Wire;

/// <summary>The JSON of the steering plane, generated at build time (no reflection, so that it survives native AOT).</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    MaxDepth = 16,
    Converters =
    [
        typeof(NodeIdConverter), typeof(GroupNameConverter), typeof(ClusterNameConverter),
        typeof(StrictEnumConverter<ProbeClass>), typeof(StrictEnumConverter<ProbeState>), typeof(StrictEnumConverter<Health>),
        typeof(StrictEnumConverter<VrrpRole>), typeof(StrictEnumConverter<SteeredRole>), typeof(StrictEnumConverter<OrderedRole>),
        typeof(StrictEnumConverter<SteeringKind>), typeof(StrictEnumConverter<OrderOutcome>), typeof(StrictEnumConverter<ControlPlaneLoss>), typeof(StrictEnumConverter<Isolation>),
    ])]
[JsonSerializable(typeof(HealthEvent))]
[JsonSerializable(typeof(RoleObserved))]
[JsonSerializable(typeof(OrderResult))]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(LeaderAnnounced))]
internal sealed partial class WireJson : JsonSerializerContext;
