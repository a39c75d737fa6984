using System.Collections.Immutable;
using DlAot.Compiler.Reading;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Outlining;

/// <summary>A value on the evaluation stack.</summary>
/// <param name="Type">The type of a local that can hold it; null when none can: a managed pointer, a method's address, what two ways left there differently.</param>
/// <param name="Load">Instructions that push the same value later, until a local or argument among them is stored; empty when there are none.</param>
internal sealed record StackItem(TypeReference? Type, ImmutableArray<Instruction> Load)
{
    public static StackItem Unknown { get; } = new(null, []);

    /// <summary>The instruction whose local's address it is.</summary>
    public Instruction? Address { get; init; }
}

/// <summary>The evaluation stack before each instruction of a body (ECMA-335 III.1.8: what is there at a join has one type).</summary>
internal sealed class StackTypes
{
    private readonly WorkingBody body;
    private readonly Func<FieldReference, bool> isFixed;
    private readonly StackItem[]?[] before;
    private readonly HashSet<object> exposed; // locals and arguments that may be stored through a pointer
    private readonly TypeSystem basic;
    private readonly HashSet<Instruction> constructed = [];

    /// <param name="isFixed">The field keeps what the constructor put there.</param>
    public StackTypes(WorkingBody body, Func<FieldReference, bool> isFixed)
    {
        (this.body, this.isFixed) = (body, isFixed);
        basic = body.Host.Module.TypeSystem;
        before = new StackItem[]?[body.Code.Count];
        exposed = [.. body.Code.Where(i => i.OpCode.Code is Code.Ldloca or Code.Ldarga).Select(i => i.Operand)];
        foreach (ExceptionHandler h in body.Handlers)
        {
            if (h.HandlerType is ExceptionHandlerType.Catch or ExceptionHandlerType.Filter)
            {
                Reach(h.HandlerStart, [new StackItem(h.CatchType ?? basic.Object, [])]);
            }

            if (h.FilterStart is not null)
            {
                Reach(h.FilterStart, [new StackItem(basic.Object, [])]);
            }
        }

        for (int k = 0; k < body.Code.Count; k++)
        {
            Run(k, before[k] ??= []);
        }
    }

    /// <summary>Loads of addresses of structs for a constructor or a default, which replace the whole value.</summary>
    public IReadOnlySet<Instruction> Constructed => constructed;

    /// <summary>Bottom first.</summary>
    public IReadOnlyList<StackItem> Before(int index) => index < before.Length ? before[index]! : [];

    public bool IsEmpty(int index) => Before(index).Count == 0;

    private void Run(int k, StackItem[] stack)
    {
        Instruction i = body.Code[k];
        int pops = IlCode.Pops(i, body.Host);
        pops = pops < 0 || pops > stack.Length ? stack.Length : pops;
        StackItem[] rest = stack[..^pops], operands = stack[^pops..], after = IlCode.Pushes(i) switch
        {
            0 => rest,
            1 => [.. rest, Result(i, operands)],
            _ => [.. rest, operands[0], operands[0]],
        };
        if (operands is [{ Address: { } address }, ..] && (i.OpCode.Code == Code.Initobj || (i.OpCode.Code == Code.Call && i.Operand is MethodReference { Name: ".ctor" })))
        {
            constructed.Add(address);
        }

        foreach (Instruction target in IlCode.Targets(i))
        {
            Reach(target, i.OpCode.Code == Code.Leave ? [] : after);
        }

        if (IlCode.FallsThrough(i) && k + 1 < body.Code.Count)
        {
            Reach(body.Code[k + 1], after);
        }
    }

    private void Reach(Instruction target, StackItem[] stack)
    {
        int at = body.IndexOf(target);
        before[at] = before[at] is { } known && known.Length == stack.Length ? [.. known.Zip(stack, Join)] : before[at] ?? stack;
    }

    private static StackItem Join(StackItem a, StackItem b) =>
        ReferenceEquals(a, b) ? a // what two ways left there is another value, even if of the same type
        : IsNull(a) && b.Type is { IsValueType: false } ? b with { Load = [] }
        : IsNull(b) && a.Type is { IsValueType: false } ? a with { Load = [] }
        : a.Type is not null && a.Type.FullName == b.Type?.FullName ? a with { Load = [] }
        : StackItem.Unknown;

    private static bool IsNull(StackItem item) => item.Load is [{ OpCode.Code: Code.Ldnull }];

    private StackItem Result(Instruction i, StackItem[] operands)
    {
        switch (i.OpCode.Code)
        {
            case Code.Ldnull or Code.Ldstr or (>= Code.Ldc_I4_M1 and <= Code.Ldc_R8):
                return new StackItem(ConstantType(i.OpCode.Code), [i]);
            case Code.Ldarg:
                var p = (ParameterDefinition)i.Operand;
                return Local(p == body.Host.Body.ThisParameter ? body.Host.DeclaringType : p.ParameterType, i);
            case Code.Ldloca:
                return StackItem.Unknown with { Address = i };
            case Code.Ldloc:
                return Local(((VariableDefinition)i.Operand).VariableType, i);
            case Code.Ldfld:
                var field = (FieldReference)i.Operand;
                return new StackItem(Storable(Generics.Fill(field.FieldType, field.DeclaringType)), !operands[0].Load.IsEmpty && isFixed(field) ? [.. operands[0].Load, i] : []);
            case Code.Ldsfld:
                var shared = (FieldReference)i.Operand;
                return new StackItem(Storable(Generics.Fill(shared.FieldType, shared.DeclaringType)), []);
            case Code.Call or Code.Callvirt:
                var method = (MethodReference)i.Operand;
                return new StackItem(Storable(Generics.Fill(method.ReturnType, method.DeclaringType, Generics.Arguments(method, null, null))), []);
            case Code.Newobj:
                return new StackItem(Storable(((MethodReference)i.Operand).DeclaringType), []);
            case Code.Newarr:
                return new StackItem(Storable(new ArrayType((TypeReference)i.Operand)), []);
            case Code.Castclass or Code.Unbox_Any or Code.Ldobj or Code.Ldelem_Any:
                return new StackItem(Storable((TypeReference)i.Operand), []);
            case Code.Isinst:
                return new StackItem(((TypeReference)i.Operand).IsValueType ? basic.Object : Storable((TypeReference)i.Operand), []);
            case Code.Box:
                return new StackItem(basic.Object, []);
            case Code.Ldelem_Ref:
                return new StackItem(operands[0].Type is ArrayType array ? Storable(array.ElementType) : null, []);
        }

        return new StackItem(NumberType(i.OpCode.Code, operands), []);
    }

    private StackItem Local(TypeReference type, Instruction load) => new(Storable(type), exposed.Contains(load.Operand) ? [] : [load]);

    private TypeReference ConstantType(Code code) => code switch
    {
        Code.Ldnull => basic.Object,
        Code.Ldstr => basic.String,
        Code.Ldc_I8 => basic.Int64,
        Code.Ldc_R4 => basic.Single,
        Code.Ldc_R8 => basic.Double,
        _ => basic.Int32,
    };

    private TypeReference? NumberType(Code code, StackItem[] operands) => code switch
    {
        Code.Ceq or Code.Cgt or Code.Cgt_Un or Code.Clt or Code.Clt_Un or Code.Sizeof => basic.Int32,
        Code.Conv_I1 or Code.Conv_I2 or Code.Conv_I4 or Code.Conv_U1 or Code.Conv_U2 or Code.Conv_U4
            or Code.Conv_Ovf_I1 or Code.Conv_Ovf_I2 or Code.Conv_Ovf_I4 or Code.Conv_Ovf_U1 or Code.Conv_Ovf_U2 or Code.Conv_Ovf_U4
            or Code.Conv_Ovf_I1_Un or Code.Conv_Ovf_I2_Un or Code.Conv_Ovf_I4_Un or Code.Conv_Ovf_U1_Un or Code.Conv_Ovf_U2_Un or Code.Conv_Ovf_U4_Un => basic.Int32,
        Code.Conv_I8 or Code.Conv_U8 or Code.Conv_Ovf_I8 or Code.Conv_Ovf_U8 or Code.Conv_Ovf_I8_Un or Code.Conv_Ovf_U8_Un => basic.Int64,
        Code.Conv_R4 => basic.Single,
        Code.Conv_R8 => basic.Double,
        Code.Ldelem_I1 or Code.Ldelem_U1 or Code.Ldelem_I2 or Code.Ldelem_U2 or Code.Ldelem_I4 or Code.Ldelem_U4
            or Code.Ldind_I1 or Code.Ldind_U1 or Code.Ldind_I2 or Code.Ldind_U2 or Code.Ldind_I4 or Code.Ldind_U4 => basic.Int32,
        Code.Ldelem_I8 or Code.Ldind_I8 => basic.Int64,
        Code.Ldelem_R4 or Code.Ldind_R4 => basic.Single,
        Code.Ldelem_R8 or Code.Ldind_R8 => basic.Double,
        Code.Add or Code.Sub or Code.Mul or Code.Div or Code.Div_Un or Code.Rem or Code.Rem_Un or Code.And or Code.Or or Code.Xor or Code.Shl or Code.Shr or Code.Shr_Un
            or Code.Neg or Code.Not or Code.Add_Ovf or Code.Add_Ovf_Un or Code.Sub_Ovf or Code.Sub_Ovf_Un or Code.Mul_Ovf or Code.Mul_Ovf_Un => Arithmetic(operands),
        _ => null,
    };

    // Small integers and enumerations are 32-bit on the stack.
    private TypeReference? Arithmetic(StackItem[] operands) => operands.Any(o => o.Type is null) ? null : operands[0].Type!.MetadataType switch
    {
        MetadataType.Int64 or MetadataType.UInt64 => basic.Int64,
        MetadataType.Double => basic.Double,
        MetadataType.Single => operands.All(o => o.Type!.MetadataType == MetadataType.Single) ? basic.Single : basic.Double,
        MetadataType.Int32 or MetadataType.UInt32 or MetadataType.Int16 or MetadataType.UInt16 or MetadataType.Byte or MetadataType.SByte or MetadataType.Boolean or MetadataType.Char => basic.Int32,
        _ => null,
    };

    private TypeReference? Storable(TypeReference type) => SlotTypes.MayBeKept(type, body.Host) ? type : null;
}
