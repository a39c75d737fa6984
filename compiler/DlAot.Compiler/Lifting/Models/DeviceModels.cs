using DlAot.Compiler.Diagnostics;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Devices: compiled code knows the CPU only, so that everything else is refused or checked.</summary>
internal static class DeviceModels
{
    public static void Register(ModelTable t)
    {
        t.AddStatic("torch.CPU", f => Cpu(f.FieldType));
        t.AddStatic("torch.META", f => BclModels.NewFacts(f.FieldType, ("meta", AbstractValue.Null)));
        t["torch.get_CPU"] = s => Cpu(s.ReturnType);
        t["Device.get_type"] = s => Property(s, "type", AbstractValue.Of(0L));
        t["Device.get_index"] = s => Property(s, "index", AbstractValue.Of(-1L));
        t["Device.ToString"] = s => s.Find("this") is ObjectRef { Access: null, Instance.Facts: var facts } && facts.ContainsKey("cpu") ? new Constant("cpu") : throw s.Unsupported("an unknown device");
    }

    private static AbstractValue Property(CallSite s, string name, AbstractValue onCpu) => s.Find("this") switch
    {
        ObjectRef { Access: null, Instance.Facts: var facts } when facts.ContainsKey("cpu") => onCpu,
        ObjectRef { Access: not null } held => s.Interpreter.ReadProperty(held, name, onCpu),
        Unknown { Access: { } access } when !s.Interpreter.IsConstructorPhase => s.Interpreter.ReadProperty(new ObjectRef(new Instance(access.Type) { IsOpaque = true }, s.Interpreter.NotNull(access)), name, onCpu),
        _ => throw s.Unsupported("an unknown device"),
    };

    public static ObjectRef Cpu(TypeReference type) => BclModels.NewFacts(type, ("cpu", AbstractValue.Null));

    /// <summary>What the call makes lies on the CPU and needs no gradient, or the method is not lifted.</summary>
    public static void RequirePlain(this CallSite s)
    {
        if (s.Interpreter.IsConstructorPhase)
        {
            return;
        }

        RequireCpu(s);
        if (s.Optional("device", "deviceType") is null && s.Arguments is not [TensorRef, ..])
        {
            s.RequireDefaultDevice();
        }

        if (s.Bool("requires_grad"))
        {
            throw s.Unsupported("requires_grad");
        }
    }

    /// <summary>A device argument names the CPU; one that lives outside is checked.</summary>
    public static void RequireCpu(this CallSite s)
    {
        AbstractValue? device = s.Optional("device", "deviceType");
        if (s.Interpreter.IsConstructorPhase)
        {
            return;
        }

        bool isCpu = device switch
        {
            null or Constant { Value: 0L or "cpu" } => true,
            ObjectRef { Access: null, Instance.Facts: var facts } => facts.ContainsKey("cpu"),
            ObjectRef { Access: not null } held => IsCpu(s, held),
            Unknown { Access: { } access } => IsCpu(s, new ObjectRef(new Instance(access.Type) { IsOpaque = true }, s.Interpreter.NotNull(access))),
            _ => false,
        };
        if (!isCpu)
        {
            throw IsMeta(device) ? s.Fail(Rules.MetaTensor, Interpreter.Describe(s.Method)) : s.Unsupported($"the device {Interpreter.Name(device!)}");
        }
    }

    // TorchSharp's DeviceType
    private static bool IsMeta(AbstractValue? device) =>
        device is Constant { Value: 14L or "meta" } || (device is ObjectRef { Access: null, Instance.Facts: var facts } && facts.ContainsKey("meta"));

    private static bool IsCpu(CallSite s, ObjectRef device) =>
        ModelTable.ShortName(device.Instance.Type) == "Device" && s.Interpreter.ReadProperty(device, "type", AbstractValue.Of(0L)) is Constant { Value: 0L };
}
