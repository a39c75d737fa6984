using System.Collections.Immutable;
using DlAot.Compiler.Lifting.Instances;
using DlAot.Compiler.Outlining;
using DlAot.Compiler.Reading;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Lifting;

/// <summary>
/// Methods worth trying: every <c>forward</c> of a module class, and what else takes, gives or holds tensors and does at least two
/// operations on them, or one where <c>[Compile]</c> asks for it.
/// </summary>
public sealed class Candidates(World world)
{
    /// <summary>Methods named forward of module classes.</summary>
    public IEnumerable<MethodDefinition> Forwards => Methods.Where(m => IsForward(m));

    /// <summary>Other methods that compute and that others can call: <c>encode</c>, <c>loss</c>, static functions, properties.</summary>
    public IEnumerable<MethodDefinition> Entries => Methods.Where(m => !IsForward(m) && IsVisible(m) && Computes(m));

    /// <summary>A method that computes and that only the assembly itself can call: worth it where code that is not compiled calls it.</summary>
    public bool IsInner(MethodDefinition m) => m.Module == world.Module && (IsResumed(m) ? Worth.Calls(m.Code()) >= Worth.Least : MayBe(m) && !IsForward(m) && !IsVisible(m) && Computes(m));

    /// <summary>The body of an iterator or async method, which goes on where it was left: only parts of it can be compiled.</summary>
    public static bool IsResumed(MethodDefinition m) => m is { Name: "MoveNext", HasBody: true, HasGenericParameters: false, DeclaringType.HasGenericParameters: false } && IsGenerated(m.DeclaringType);

    /// <summary>Methods of the assembly that code calls, makes delegates of, or starts.</summary>
    public static IEnumerable<MethodDefinition> Called(IEnumerable<Instruction> code)
    {
        foreach (Instruction i in code)
        {
            TypeDefinition? started = i.Operand switch
            {
                MethodDefinition { IsConstructor: true, DeclaringType: var made } => made,
                GenericInstanceMethod { Name: "Start", GenericArguments: [TypeDefinition machine] } => machine,
                _ => null,
            };
            if (started is not null && IsGenerated(started) && started.Methods.FirstOrDefault(IsResumed) is { } resumed)
            {
                yield return resumed;
            }
            else if (i.Operand is MethodDefinition called)
            {
                yield return called;
            }
        }
    }

    /// <summary>The first call that gradients are computed for, null when there is none.</summary>
    public static Instruction? FindBackward(MethodDefinition m) => m.Code().FirstOrDefault(i => i.Operand is MethodReference called && Members.Gradients.Contains(called.Name) && World.IsTorchSharp(called.DeclaringType) && !called.Name.StartsWith("get_", StringComparison.Ordinal));

    private IEnumerable<MethodDefinition> Methods => world.Module.GetTypes().SelectMany(t => t.Methods).Where(MayBe).OrderBy(m => m.FullName, StringComparer.Ordinal);

    private static bool MayBe(MethodDefinition m) =>
        m is { HasBody: true, IsConstructor: false, HasGenericParameters: false, DeclaringType: { HasGenericParameters: false, IsClass: true } } && (m.IsStatic || !m.DeclaringType.IsValueType);

    private bool IsForward(MethodDefinition m) => m is { Name: "forward", IsStatic: false } && world.IsModule(m.DeclaringType);

    // Whoever calls a virtual method may know it by another name.
    private static bool IsVisible(MethodDefinition m) => !IsGenerated(m.DeclaringType) && (m.IsVirtual || (IsOpen(m) && IsOpen(m.DeclaringType)));

    private static bool IsOpen(MethodDefinition m) => m.IsPublic || m.IsFamily || m.IsFamilyOrAssembly;

    private static bool IsOpen(TypeDefinition t) => t.DeclaringType is null ? t.IsPublic : (t.IsNestedPublic || t.IsNestedFamily || t.IsNestedFamilyOrAssembly) && IsOpen(t.DeclaringType);

    /// <summary>A class that the C# compiler made for lambdas, iterators or async methods.</summary>
    public static bool IsGenerated(TypeDefinition t) => t.Name.StartsWith('<') || (t.DeclaringType is { } outer && IsGenerated(outer));

    /// <summary>What holds before a call of a method of a generated class: its fields are set from outside.</summary>
    internal static ImmutableDictionary<string, AbstractValue> UnknownFields(MethodDefinition method) => !method.HasThis || !IsGenerated(method.DeclaringType) ? ImmutableDictionary<string, AbstractValue>.Empty
        : method.DeclaringType.Fields.Where(f => !f.IsStatic).Select(f => (Key: new Access.Field(new Access.Argument(0, "this", method.DeclaringType), f, f.FieldType).Key, Field: f))
            .ToImmutableDictionary(f => f.Key, f => (AbstractValue)new Unknown(f.Field.FieldType, $"the captured {f.Field.Name}"), StringComparer.Ordinal);

    private bool Computes(MethodDefinition m) =>
        !m.IsSetter && m.HasCode() && (Worth.MentionsTensor(m.ReturnType) || m.Parameters.Any(p => Worth.MentionsTensor(p.ParameterType)) || (!m.IsStatic && world.IsModule(m.DeclaringType))) && Worth.Calls(m.Code()) >= (Annotations.IsMarkedCompile(m) ? 1 : Worth.Least);
}
