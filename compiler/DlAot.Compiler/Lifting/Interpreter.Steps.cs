using DlAot.Compiler.Diagnostics;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Lifting;

/// <summary>One IL instruction that is not a jump.</summary>
public sealed partial class Interpreter
{
    private void Step(Frame f, Instruction at)
    {
        Code code = at.OpCode.Code;
        switch (code)
        {
            case Code.Nop or Code.Volatile or Code.Unaligned or Code.Constrained or Code.Readonly or Code.Tail or Code.Break:
                return;
            case Code.Ldnull:
                f.Push(AbstractValue.Null);
                return;
            case >= Code.Ldc_I4_M1 and <= Code.Ldc_I4_8:
                f.Push(AbstractValue.Of((long)(code - Code.Ldc_I4_0)));
                return;
            case Code.Ldc_I4_S:
                f.Push(AbstractValue.Of((long)(sbyte)at.Operand));
                return;
            case Code.Ldc_I4:
                f.Push(AbstractValue.Of((long)(int)at.Operand));
                return;
            case Code.Ldc_I8:
                f.Push(AbstractValue.Of((long)at.Operand));
                return;
            case Code.Ldc_R4:
                f.Push(new Constant((double)(float)at.Operand, IsSingle: true));
                return;
            case Code.Ldc_R8:
                f.Push(AbstractValue.Of((double)at.Operand));
                return;
            case Code.Ldstr:
                f.Push(new Constant((string)at.Operand));
                return;
            case Code.Dup:
                f.Push(f.Peek());
                return;
            case Code.Pop:
                f.Pop();
                return;
            case Code.Ldarg_0 or Code.Ldarg_1 or Code.Ldarg_2 or Code.Ldarg_3 or Code.Ldarg_S or Code.Ldarg:
                int read = ArgumentIndex(f, at);
                f.Push(read == 0 && f.Method.HasThis ? f.Arguments[0] : Copied(f.Arguments[read])); // a struct's own methods work on it in its place
                return;
            case Code.Starg or Code.Starg_S:
                f.Arguments[ArgumentIndex(f, at)] = f.Pop();
                return;
            case Code.Ldarga or Code.Ldarga_S:
                int argument = ArgumentIndex(f, at);
                f.Push(new Pointer(() => f.Arguments[argument], v => f.Arguments[argument] = v));
                return;
            case Code.Ldloc_0 or Code.Ldloc_1 or Code.Ldloc_2 or Code.Ldloc_3 or Code.Ldloc_S or Code.Ldloc:
                f.Push(Copied(Local(f, LocalIndex(at))));
                return;
            case Code.Stloc_0 or Code.Stloc_1 or Code.Stloc_2 or Code.Stloc_3 or Code.Stloc_S or Code.Stloc:
                f.Locals[LocalIndex(at)] = f.Pop();
                if (Shared.Storing is not null && f.Locals[LocalIndex(at)] is TensorRef held && frames.Count == 1 && !IsConstructorPhase)
                {
                    Shared.Storing.Invoke(f, held.Value);
                }

                return;
            case Code.Ldloca or Code.Ldloca_S:
                int local = LocalIndex(at);
                f.Push(new Pointer(() => Local(f, local), v => f.Locals[local] = v));
                return;
            case Code.Ldfld:
                f.Push(Copied(LoadField(f.Pop(), (FieldReference)at.Operand, f)));
                return;
            case Code.Ldflda:
                AbstractValue owner = f.Pop();
                var field = (FieldReference)at.Operand;
                f.Push(new Pointer(() => LoadField(owner, field, f), v => StoreField(owner, field, v, f)));
                return;
            case Code.Stfld:
                AbstractValue stored = f.Pop();
                StoreField(f.Pop(), (FieldReference)at.Operand, stored, f);
                return;
            case Code.Ldsfld:
                f.Push(Copied(LoadStatic((FieldReference)at.Operand, f)));
                return;
            case Code.Ldsflda:
                var staticField = (FieldReference)at.Operand;
                f.Push(DataOf(staticField) ?? (AbstractValue)new Pointer(() => LoadStatic(staticField, f), v => StoreStatic(staticField, v, f)));
                return;
            case Code.Stsfld:
                StoreStatic((FieldReference)at.Operand, f.Pop(), f);
                return;
            case Code.Ldtoken:
                f.Push(new Token((MemberReference)at.Operand is TypeReference t ? f.Fill(t) : (MemberReference)at.Operand));
                return;
            case Code.Ldftn:
                f.Push(new FunctionPointer((MethodReference)at.Operand));
                return;
            case Code.Ldvirtftn:
                f.Push(VirtualFunction(f.Pop(), (MethodReference)at.Operand));
                return;
            case Code.Neg:
                f.Push(Negated(Materialised(f.Pop())));
                return;
            case Code.Not:
                f.Push(Materialised(f.Pop()) switch
                {
                    Constant { Value: long n } => AbstractValue.Of(In32Bits(~(Int128)n)),
                    Size s => Sized(s.Value * -1 - 1),
                    _ => throw Fail(Rules.UnsupportedInstruction, "not"),
                });
                return;
            case Code.Ceq or Code.Cgt or Code.Cgt_Un or Code.Clt or Code.Clt_Un:
                AbstractValue[] compared = f.Pop(2);
                f.Push(code switch
                {
                    Code.Ceq => Compare(ComparisonKind.Equal, compared[0], compared[1]),
                    Code.Cgt => Compare(ComparisonKind.Greater, compared[0], compared[1]),
                    Code.Clt => Compare(ComparisonKind.Less, compared[0], compared[1]),
                    Code.Cgt_Un => CompareUnsigned(ComparisonKind.Greater, compared[0], compared[1]),
                    _ => CompareUnsigned(ComparisonKind.Less, compared[0], compared[1]),
                });
                return;
            case Code.Add or Code.Sub or Code.Mul or Code.Div or Code.Rem or Code.Div_Un or Code.Rem_Un or Code.And or Code.Or or Code.Xor
                or Code.Shl or Code.Shr or Code.Shr_Un or Code.Add_Ovf or Code.Add_Ovf_Un or Code.Mul_Ovf or Code.Mul_Ovf_Un or Code.Sub_Ovf or Code.Sub_Ovf_Un:
                AbstractValue[] operands = f.Pop(2);
                f.Push(Arithmetic(code, operands[0], operands[1]));
                return;
            case Code.Newarr:
                f.Push(NewArray(f.Fill((TypeReference)at.Operand), f.Pop()));
                return;
            case Code.Ldlen:
                f.Push(Length(f.Pop()));
                return;
            case Code.Ldelema:
                AbstractValue index = f.Pop(), array = f.Pop();
                f.Push(new Pointer(() => LoadElement(array, index), v => StoreElement(array, index, v)));
                return;
            case Code.Isinst:
                f.Push(AsInstance(f.Pop(), f.Fill((TypeReference)at.Operand)));
                return;
            case Code.Castclass:
                AbstractValue cast = f.Pop();
                f.Push(Cast(cast, f.Fill((TypeReference)at.Operand)));
                return;
            case Code.Box:
                f.Push(Box(f.Pop(), f.Fill((TypeReference)at.Operand)));
                return;
            case Code.Unbox_Any:
                f.Push(Unboxed(f.Pop(), f.Fill((TypeReference)at.Operand)));
                return;
            case Code.Unbox:
                AbstractValue content = Unboxed(f.Pop(), f.Fill((TypeReference)at.Operand));
                f.Push(new Pointer(() => content, _ => throw Fail(Rules.UnsupportedInstruction, "a write into a boxed value")));
                return;
            case Code.Initobj:
                (f.Pop() as Pointer ?? throw Fail(Rules.UnsupportedInstruction, at.OpCode.Name)).Save(DefaultOf(f.Fill((TypeReference)at.Operand)));
                return;
            case Code.Localloc:
                f.Pop();
                f.Push(new StackMemory([], 0));
                return;
            case Code.Cpblk:
                AbstractValue[] copied = f.Pop(3);
                if (copied[0] is not StackMemory to || copied[2] is not Constant { Value: long bytes } || !to.TryCopy(copied[1], bytes))
                {
                    throw Fail(Rules.UnsupportedInstruction, at.OpCode.Name);
                }

                return;
            case Code.Sizeof:
                f.Push(AbstractValue.Of((long)(StackMemory.SizeOf(f.Fill((TypeReference)at.Operand)) ?? throw Fail(Rules.UnsupportedInstruction, "sizeof"))));
                return;
            case Code.Newobj:
                NewObject(f, (MethodReference)at.Operand);
                return;
            case Code.Calli:
                if (f.Pop() is not FunctionPointer { Method: { HasThis: false } known } || ((Mono.Cecil.CallSite)at.Operand).CallingConvention != MethodCallingConvention.Default)
                {
                    throw Fail(Rules.UnsupportedInstruction, at.OpCode.Name);
                }

                Call(f, known, isVirtual: false, null);
                return;
            case Code.Call or Code.Callvirt:
                Call(f, (MethodReference)at.Operand, code == Code.Callvirt, Constraint(at, f));
                return;
        }

        if (code is >= Code.Conv_I1 and <= Code.Conv_U8 or Code.Conv_R_Un or Code.Conv_I or Code.Conv_U or Code.Conv_U1 or Code.Conv_U2
            or (>= Code.Conv_Ovf_I1_Un and <= Code.Conv_Ovf_U_Un) or (>= Code.Conv_Ovf_I1 and <= Code.Conv_Ovf_U8) or Code.Conv_Ovf_I or Code.Conv_Ovf_U)
        {
            f.Push(Converted(code, f.Pop()));
        }
        else if (code is >= Code.Ldelem_I1 and <= Code.Ldelem_Ref or Code.Ldelem_Any)
        {
            AbstractValue position = f.Pop();
            f.Push(Copied(LoadElement(f.Pop(), position)));
        }
        else if (code is >= Code.Stelem_I and <= Code.Stelem_Ref or Code.Stelem_Any)
        {
            AbstractValue[] x = f.Pop(3);
            StoreElement(x[0], x[1], x[2]);
        }
        else if (code is >= Code.Ldind_I1 and <= Code.Ldind_Ref or Code.Ldobj)
        {
            AbstractValue from = f.Pop();
            f.Push(from is StackMemory m ? m.Value ?? throw Fail(Rules.UnsupportedInstruction, at.OpCode.Name) : from is Pointer p ? Copied(p.Load()) : throw Fail(Rules.UnsupportedInstruction, at.OpCode.Name));
        }
        else if (code is >= Code.Stind_Ref and <= Code.Stind_R8 or Code.Stind_I or Code.Stobj)
        {
            AbstractValue value = f.Pop(), target = f.Pop();
            if (target is StackMemory memory)
            {
                memory.Cells[memory.Offset] = value;
                return;
            }

            (target as Pointer ?? throw Fail(Rules.UnsupportedInstruction, at.OpCode.Name)).Save(value);
        }
        else
        {
            throw Fail(Rules.UnsupportedInstruction, at.OpCode.Name);
        }
    }

    /// <summary>What the assembly initialises the field with; null when it is an ordinary one.</summary>
    internal static FieldData? DataOf(FieldReference field) => field.DeclaringType.Name.StartsWith("<PrivateImplementationDetails>", StringComparison.Ordinal) && field.Resolve() is { InitialValue: { Length: > 0 } bytes } ? new FieldData(bytes) : null;

    private static TypeReference? Constraint(Instruction call, Frame f) =>
        call.Previous is { OpCode.Code: Code.Constrained } prefix ? f.Fill((TypeReference)prefix.Operand) : null;

    private static int ArgumentIndex(Frame f, Instruction at) => at.OpCode.Code switch
    {
        Code.Ldarg_0 => 0,
        Code.Ldarg_1 => 1,
        Code.Ldarg_2 => 2,
        Code.Ldarg_3 => 3,
        _ => ((ParameterDefinition)at.Operand).Index + (f.Method.HasThis ? 1 : 0),
    };

    private static int LocalIndex(Instruction at) => at.OpCode.Code switch
    {
        Code.Ldloc_0 or Code.Stloc_0 => 0,
        Code.Ldloc_1 or Code.Stloc_1 => 1,
        Code.Ldloc_2 or Code.Stloc_2 => 2,
        Code.Ldloc_3 or Code.Stloc_3 => 3,
        _ => ((VariableDefinition)at.Operand).Index,
    };

    private AbstractValue Local(Frame f, int index) => f.Locals[index] ??= DefaultOf(f.Fill(f.Method.Body.Variables[index].VariableType));

    // Structs are values: what is read is a copy.
    private static AbstractValue Copied(AbstractValue v) => v is ObjectRef { Instance.IsStruct: true, Access: null } o ? new ObjectRef(o.Instance.Copy()) : v;
}
