package helpers // wrong: nobody knows what it may import
