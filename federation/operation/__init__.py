"""Operations: parsed, validated, and brought into the one form that planning reads."""
