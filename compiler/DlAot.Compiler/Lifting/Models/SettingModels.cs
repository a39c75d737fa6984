using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>
/// Settings of the process and of the thread that decide what library calls mean: default dtype and device, gradient and inference
/// mode. A method whose meaning depends on one is compiled for the usual one, which is checked when it is called.
/// </summary>
internal static class SettingModels
{
    public static void Register(ModelTable t)
    {
        t["torch.is_grad_enabled"] = s => s.Interpreter.GradientModes.Count > 0 ? AbstractValue.Of(false) : Asked(s, 1, "gradients are enabled", "gradients are not enabled");
        t["torch.is_inference_mode_enabled"] = s => Asked(s, 0, "inference mode is on", "inference mode is off");
        t["torch.get_default_dtype"] = s => AbstractValue.Of((long)DropIn.TorchMembers.NumberOf(s.DefaultFloat()));
        t["torch.get_default_device"] = s =>
        {
            s.RequireDefaultDevice();
            return DeviceModels.Cpu(s.ReturnType);
        };
    }

    /// <summary>The dtype of floats of which nothing else says it: f32, which is checked.</summary>
    public static DType DefaultFloat(this CallSite s)
    {
        if (Find(s, "get_default_dtype") is { } getter)
        {
            s.Interpreter.AddGuard(new Guard.Setting(new Access.State(getter, getter.ReturnType), DropIn.TorchMembers.NumberOf(DType.F32), "the default dtype is float32", s.Interpreter.Location));
        }

        return DType.F32;
    }

    /// <summary>New tensors lie on the CPU unless they are told otherwise, which is checked.</summary>
    public static void RequireDefaultDevice(this CallSite s)
    {
        if (Find(s, "get_default_device") is { } getter && s.Interpreter.FindGetter(getter.ReturnType, "type") is var (type, result))
        {
            s.Interpreter.AddGuard(new Guard.Setting(new Access.Property(new Access.State(getter, getter.ReturnType), type, result), 0, "the default device is the CPU", s.Interpreter.Location));
        }
    }

    // The more likely outcome first; the other one has a version of its own.
    private static Constant Asked(CallSite s, long likely, string ifTrue, string ifFalse)
    {
        if (s.Interpreter.IsConstructorPhase)
        {
            return new Constant(likely, Assumed: true);
        }

        long outcome = s.Interpreter.DecideSetting(s.Method.Name, likely == 1) ? 1 : 0;
        s.Interpreter.AddGuard(new Guard.Setting(new Access.State(s.Method, s.ReturnType), outcome, outcome == 1 ? ifTrue : ifFalse, s.Interpreter.Location));
        return AbstractValue.Of(outcome);
    }

    // Versions of the library that lack the setting have the usual one.
    private static MethodDefinition? Find(CallSite s, string name) =>
        s.Interpreter.IsConstructorPhase ? null : s.World.Torch?.Methods.FirstOrDefault(m => m is { IsPublic: true, IsStatic: true, Parameters.Count: 0 } && m.Name == name);
}
